// One series of evidence: what was seen against the band it should have been in, with the onset and the actions marked.
import type { LiveEvidence } from '@fenghuo/rules/contract';
import { useEffect, useRef } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { value } from './format.ts';

type Series = LiveEvidence['series'][number];
export type Mark = { readonly atMs: number; readonly colour: string };

const Chart = ({ series, marks }: { readonly series: Series; readonly marks: readonly Mark[] }) => {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);
  const latest = useRef(marks);
  latest.current = marks;
  const { points, unit } = series;
  const shown = points.slice(-240);
  const data: uPlot.AlignedData = [
    shown.map((p) => p.t / 1_000),
    shown.map((p) => p.low),
    shown.map((p) => p.high),
    shown.map((p) => p.seen),
  ];
  const first = useRef(data);
  first.current = data;

  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const axis = { stroke: '#8ea0b8', grid: { stroke: '#1b2738' }, ticks: { show: false } };
    const chart = new uPlot(
      {
        width: element.clientWidth,
        height: 180,
        legend: { show: false },
        axes: [axis, { ...axis, size: 70, values: (_u, ticks) => ticks.map((tick) => value(tick, unit)) }],
        series: [
          {},
          { stroke: 'transparent' },
          { stroke: 'transparent' },
          { stroke: '#ffb454', width: 2, points: { show: false } },
        ],
        bands: [{ series: [2, 1], fill: 'rgba(80,150,255,.22)' }],
        hooks: {
          draw: [
            (u) => {
              for (const mark of latest.current) {
                const x = Math.round(u.valToPos(mark.atMs / 1_000, 'x', true));
                u.ctx.fillStyle = mark.colour;
                u.ctx.fillRect(x, u.bbox.top, 2, u.bbox.height);
              }
            },
          ],
        },
      },
      first.current,
      element,
    );
    plot.current = chart;
    const resized = new ResizeObserver(() => chart.setSize({ width: element.clientWidth, height: 180 }));
    resized.observe(element);
    return () => {
      resized.disconnect();
      chart.destroy();
    };
  }, [unit]);
  useEffect(() => plot.current?.setData(data));

  return (
    <figure>
      <figcaption>
        {series.caller === undefined ? '' : `${series.caller} → `}
        {series.entity} · {series.metric}
      </figcaption>
      <div ref={box} />
    </figure>
  );
};
export default Chart;
