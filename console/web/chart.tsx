// One series of evidence: what was seen against the band it should have been in, with the onset and the actions marked.
import type { LiveEvidence } from '@fenghuo/rules/contract';
import { useEffect, useRef } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { possible, range, value } from './format.ts';
import { type Lang, t } from './lang.ts';
import { useScheme } from './scheme.ts';

type Series = LiveEvidence['series'][number];
export type Mark = { readonly atMs: number; readonly text: string; readonly tone: 'bad' | 'ok' };
const HEIGHT = 168;
/** Ticks shown: four minutes at 1 s. */
const SHOWN = 240;

const time = (seconds: number): string => new Date(seconds * 1_000).toLocaleTimeString('en-GB', { hour12: false });

/** Marks as lines, each with its word beside it; words that would meet stand below each other. */
const drawMarks = (u: uPlot, marks: readonly Mark[], colour: (name: string) => string): void => {
  const line = 13 * devicePixelRatio;
  const gap = 5 * devicePixelRatio;
  const ends: number[] = [];
  u.ctx.save();
  u.ctx.font = `${11 * devicePixelRatio}px system-ui`;
  u.ctx.textBaseline = 'top';
  u.ctx.textAlign = 'left';
  for (const { atMs, text, tone } of marks) {
    const x = Math.round(u.valToPos(atMs / 1_000, 'x', true));
    if (x < u.bbox.left || x > u.bbox.left + u.bbox.width) continue;
    u.ctx.fillStyle = colour(tone);
    u.ctx.fillRect(x, u.bbox.top, 2, u.bbox.height);
    const width = u.ctx.measureText(text).width;
    const fits = x + gap + width < u.bbox.left + u.bbox.width;
    const from = fits ? x + gap : x - gap - width;
    const free = ends.findIndex((end) => end < from);
    const row = free < 0 ? ends.length : free;
    ends[row] = from + width + gap;
    u.ctx.fillText(text, from, u.bbox.top + 1 + row * line);
  }
  u.ctx.restore();
};

type Props = {
  readonly series: Series;
  readonly title: string;
  readonly marks: readonly Mark[];
  readonly lang: Lang;
};

const Chart = ({ series, title, marks, lang }: Props) => {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);
  const scheme = useScheme();
  const { points, unit } = series;
  const isShare = series.class === 'business';
  const shown = points.slice(-SHOWN);
  const data: uPlot.AlignedData = [
    shown.map((p) => p.t / 1_000),
    shown.map((p) => possible(p.low, unit, isShare)),
    shown.map((p) => possible(p.high, unit, isShare)),
    shown.map((p) => p.expected),
    shown.map((p) => p.seen),
  ];
  const latest = useRef({ data, marks });
  latest.current = { data, marks };

  // biome-ignore lint/correctness/useExhaustiveDependencies: the colours are read from the style sheet, which follows the scheme
  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const style = getComputedStyle(element);
    const colour = (name: string): string => style.getPropertyValue(`--${name}`).trim();
    const axis = { stroke: colour('muted'), grid: { stroke: colour('line'), width: 1 }, ticks: { show: false } };
    const line = (name: string, more: object) => ({ stroke: colour(name), points: { show: false }, ...more });
    const chart = new uPlot(
      {
        width: element.clientWidth,
        height: HEIGHT,
        padding: [6, 22, 0, 0],
        legend: { show: false },
        cursor: { y: false, points: { show: false } },
        scales: { y: { range: (_u, low, high) => [Math.min(0, low), high === low ? high + 1 : high * 1.12] } },
        axes: [
          { ...axis, space: 70, size: 28, values: (_u, ticks) => ticks.map(time) },
          { ...axis, size: 66, space: 32, values: (_u, ticks) => ticks.map((tick) => value(tick, unit)) },
        ],
        series: [
          {},
          line('bandline', { width: 1 }),
          line('bandline', { width: 1 }),
          line('bandline', { width: 1, dash: [4, 4] }),
          line('seen', { width: 2 }),
        ],
        bands: [{ series: [2, 1], fill: colour('band') }],
        hooks: { draw: [(u) => drawMarks(u, latest.current.marks, colour)] },
      },
      latest.current.data,
      element,
    );
    plot.current = chart;
    const resized = new ResizeObserver(() => chart.setSize({ width: element.clientWidth, height: HEIGHT }));
    resized.observe(element);
    return () => {
      resized.disconnect();
      chart.destroy();
    };
  }, [unit, scheme]);
  useEffect(() => plot.current?.setData(data));

  const last = points.at(-1);
  const figures =
    last === undefined
      ? ''
      : `${t(lang, 'now')} ${value(last.seen, unit)} · ${t(lang, 'expected')} ${value(last.expected, unit)} (${range(last.low, last.high, unit, isShare)})`;
  return (
    <figure>
      <figcaption>
        <b>{title}</b>
        <span>
          <i className="key seen" /> {t(lang, 'seen')} <i className="key band" /> {t(lang, 'band')} · {figures}
        </span>
      </figcaption>
      <div ref={box} role="img" aria-label={`${title}: ${figures}`} />
    </figure>
  );
};
export default Chart;
