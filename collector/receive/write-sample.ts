// A sample of remote-write, which 1.0 and 2.0 write alike: value and time, straight into the source.
import type { Reader } from './protobuf.ts';
import type { Source } from './source.ts';
import type { Taken } from './taken.ts';

/** Tags: field number × 8 + wire type. */
const VALUE = 0x09;
const TIMESTAMP = 0x10;

/** Takes the Sample message that follows as one of `series`; a negative number is that of a series that was refused. */
export const takeSample = (reader: Reader, series: number, source: Source, taken: Taken): void => {
  const { end } = reader;
  const length = reader.length();
  reader.end = reader.at + length;
  let value = 0;
  let timeMs = 0;
  for (let field = reader.tag(); field !== 0; field = reader.tag()) {
    if (field === VALUE) value = reader.double();
    else if (field === TIMESTAMP) timeMs = reader.varint();
    else reader.skip(field);
  }
  reader.end = end;
  if (series >= 0) source.sample(series, timeMs, value);
  else taken.lost++;
};
