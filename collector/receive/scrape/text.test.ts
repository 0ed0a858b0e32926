// Expositions as exporters write them: every number to its last bit, every label, and a refusal with the line for what is none.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Refusal } from '../refusal.ts';
import { labelsOf, parseText } from './text.ts';

type Line = { readonly labels: Record<string, string>; readonly value: number; readonly timeMs: number };
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const read = (text: string, isOpenMetrics = false): { readonly lines: Line[]; readonly about: string[] } => {
  const bytes = bytesOf(text);
  const lines: Line[] = [];
  const about: string[] = [];
  parseText(bytes, isOpenMetrics, {
    sample: (from, to, value, timeMs) =>
      void lines.push({ labels: Object.fromEntries(labelsOf(bytes, from, to)), value, timeMs }),
    about: (family, what, said) => void about.push(`${what} ${family} ${said}`),
  });
  return { lines, about };
};
const escaped = (value: string): string => value.replace(/\\/g, '\\\\').replace(/"/g, '\\"').replace(/\n/g, '\\n');

describe('the text format', () => {
  it('is read as its specification shows it', () => {
    const { lines, about } = read(`# HELP http_requests_total The total number of HTTP requests.
# TYPE http_requests_total counter
http_requests_total{method="post",code="200"} 1027 1395066363000
http_requests_total{method="post",code="400",}    3 1395066363000

# A comment
msdos_file_access_time_seconds{path="C:\\\\DIR\\\\FILE.TXT",error="Cannot find file:\\n\\"FILE.TXT\\""} 1.458255915e9
metric_without_timestamp_and_labels 12.47
something_weird {problem="division by zero"} +Inf -3982045
rpc_duration_seconds_sum 1.7560473e+07\r
`);
    expect(about).toEqual(['TYPE http_requests_total counter']);
    expect(lines.map(({ labels, value, timeMs }) => [labels, value, timeMs])).toEqual([
      [{ __name__: 'http_requests_total', method: 'post', code: '200' }, 1027, 1395066363000],
      [{ __name__: 'http_requests_total', method: 'post', code: '400' }, 3, 1395066363000],
      [
        {
          __name__: 'msdos_file_access_time_seconds',
          path: 'C:\\DIR\\FILE.TXT',
          error: 'Cannot find file:\n"FILE.TXT"',
        },
        1.458255915e9,
        Number.NaN,
      ],
      [{ __name__: 'metric_without_timestamp_and_labels' }, 12.47, Number.NaN],
      [{ __name__: 'something_weird', problem: 'division by zero' }, Number.POSITIVE_INFINITY, -3982045],
      [{ __name__: 'rpc_duration_seconds_sum' }, 1.7560473e7, Number.NaN],
    ]);
  });

  it('is OpenMetrics too: seconds, units, exemplars, names in quotes, and an end', () => {
    const { lines, about } = read(
      `# TYPE took_seconds histogram
# UNIT took_seconds seconds
took_seconds_bucket{le="0.5"} 8 1520879607.789 # {trace_id="a} b"} 0.67 1520879607.7
{"odd.name",zone="eu # 1"} 5
# EOF
`,
      true,
    );
    expect(about).toEqual(['TYPE took_seconds histogram', 'UNIT took_seconds seconds']);
    expect(lines).toEqual([
      { labels: { __name__: 'took_seconds_bucket', le: '0.5' }, value: 8, timeMs: 1520879607789 },
      { labels: { __name__: 'odd.name', zone: 'eu # 1' }, value: 5, timeMs: Number.NaN },
    ]);
    expect(() => read('a 1\n', true)).toThrow(/# EOF is missing/);
    expect(() => read('# EOF\na 1\n', true)).toThrow(/follows # EOF/);
  });

  it('gives every number to its last bit, and every label as it was', () => {
    const number = fc.oneof(
      fc.double({ noNaN: true }),
      fc.integer(),
      fc
        .tuple(fc.integer({ min: 0, max: 10 ** 9 }), fc.integer({ min: 0, max: 999_999 }))
        .map(([a, b]) => Number(`${a}.${String(b).padStart(6, '0')}`)),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(number, fc.string({ unit: 'grapheme' })), { maxLength: 20 }), (samples) => {
        const spell = (value: number, i: number): string =>
          !Number.isFinite(value)
            ? value > 0
              ? '+Inf'
              : '-Inf'
            : Object.is(value, -0)
              ? '-0'
              : i % 2 === 0
                ? String(value)
                : value.toExponential(17);
        const { lines } = read(
          samples.map(([value, label], i) => `m${i}{l="${escaped(label)}"} ${spell(value, i)}`).join('\n'),
        );
        expect(lines.map(({ labels, value }) => [value, labels.l])).toEqual(samples);
      }),
      {
        numRuns: 300,
        examples: [
          [
            [
              [0, ''],
              [-0, ''],
            ],
          ],
        ],
      },
    );
  });

  it.each([
    ['a{b="c" 1', 'line 1: labels without an end'],
    ['ok 1\na', 'line 2: a series without a value'],
    ['a one', 'line 1: the value is no number'],
    ['a 1 soon', 'line 1: the time is no number'],
    ['a 1 2 3', 'line 1: something follows the time'],
    ['a{b} 1', 'labels of a cannot be read'],
    ['a{b="c",b="d"} 1', 'stands twice'],
  ])('refuses %j: %s', (text, reason) => expect(() => read(text)).toThrow(reason));

  it('answers any bytes with samples or a refusal', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.boolean(), (noise, isOpenMetrics) => {
        const base = bytesOf('# TYPE a counter\na_total{b="c\\n",d="e"} 1.5e3 12 # {x="y"} 1\nf 0x1p3\n# EOF\n');
        const bytes = Uint8Array.from(base);
        noise.forEach((byte, i) => {
          if (i % 3 === 0) bytes[(byte * 7 + i) % bytes.length] = noise[i + 1] ?? 0;
        });
        try {
          parseText(bytes, isOpenMetrics, {
            sample: (from, to) => void labelsOf(bytes, from, to),
            about: () => undefined,
          });
        } catch (error) {
          expect(error).toBeInstanceOf(Refusal);
        }
      }),
      { numRuns: 1_000 },
    );
  });
});
