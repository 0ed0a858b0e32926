// Real telemetry to play: this host's own metrics, recorded once for two and a half minutes at 1 s and kept outside the repository. What never
// changed in that time is left out: constants cost nobody anything, and of an idle host's metrics they are most.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { realClock } from '@fenghuo/kit';
import { kernelText, Sampler } from '../../probes/agent/sample.ts';

export type RecordedColumn = {
  readonly metric: string;
  readonly unit: string;
  readonly attributes: Readonly<Record<string, string>>;
};
/** `rows[tick][column]`; a value that was missing at a tick is that of the tick before. */
export type Recording = { readonly columns: readonly RecordedColumn[]; readonly rows: readonly (readonly number[])[] };

const SECONDS = 150;
/** Figures of a simulated probe: as many as the fleet's probes have that issue 5 asks for. */
const WIDTH = 240;
/** Ticks by which a further part of the same figures is ahead. */
const AHEAD = 37;

/** The figures that change, each from as many places of the recording as make `width` of them. */
export const widened = ({ columns, rows }: Recording, width: number): Recording => {
  const changing = columns.map((_, i) => i).filter((i) => new Set(rows.map((row) => row[i])).size > 1);
  if (changing.length === 0) throw new Error('nothing that was recorded ever changed');
  const places = Array.from({ length: width }, (_, k) => {
    const [at, part] = [changing[k % changing.length]!, Math.floor(k / changing.length)];
    const { attributes, ...column } = columns[at]!;
    return {
      column: { ...column, attributes: part === 0 ? attributes : { ...attributes, part: String(part) } },
      at,
      ahead: part * AHEAD,
    };
  });
  return {
    columns: places.map(({ column }) => column),
    rows: rows.map((_, tick) => places.map(({ at, ahead }) => rows[(tick + ahead) % rows.length]![at]!)),
  };
};

/** Reads the recording, or makes it first; `width` figures that change. */
export const recording = async (say: (text: string) => void, width = WIDTH): Promise<Recording> =>
  widened(await recorded(say), width);

const recorded = async (say: (text: string) => void): Promise<Recording> => {
  const path = join(process.cwd(), '.fenghuo', 'bench', 'recorded.json');
  if (existsSync(path)) return JSON.parse(readFileSync(path, 'utf8')) as Recording;
  say(`recording this host's metrics for ${SECONDS} s into ${path} (once)`);
  const sampler = new Sampler();
  const places = new Map<string, number>();
  const columns: RecordedColumn[] = [];
  const rows: number[][] = [];
  for (let tick = 0; tick < SECONDS; tick++) {
    const row = [...(rows.at(-1) ?? [])];
    for (const { metric, unit, attributes, value } of sampler.sample(kernelText)) {
      const key = JSON.stringify([metric, Object.entries(attributes).sort()]);
      let place = places.get(key);
      if (place === undefined) {
        place = columns.push({ metric, unit, attributes }) - 1;
        places.set(key, place);
      }
      if (Number.isFinite(value)) row[place] = value;
    }
    rows.push(row);
    await realClock.sleep(1_000);
  }
  const whole = { columns, rows: rows.slice(2).map((row) => columns.map((_, i) => row[i] ?? 0)) };
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, JSON.stringify(whole));
  return whole;
};
