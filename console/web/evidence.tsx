// What proves it: each series against the band it should have been in, the cause's own first, then what customers feel.
import type { LiveEvidence, LiveGraph } from '@fenghuo/rules/contract';
import { lazy, memo } from 'react';
import type { IncidentDocument } from '../server/api.ts';
import { chartOrder, chartTitle } from './chart-order.ts';
import { type Lang, t } from './lang.ts';
import { Part } from './part.tsx';

const Chart = lazy(() => import('./chart.tsx'));
/** Charts that stand open; the others wait folded. */
const OPEN = 2;

type Props = Pick<IncidentDocument, 'cause' | 'onsetAt' | 'actions'> & {
  readonly series: LiveEvidence['series'] | undefined;
  readonly kpis: LiveGraph['kpis'];
  readonly lang: Lang;
};

export const Evidence = memo(({ cause, onsetAt, actions, series, kpis, lang }: Props) => {
  if (series === undefined || series.length === 0) return <p className="muted">{t(lang, 'noEvidence')}</p>;
  const mark = (at: string | null, text: 'onset' | 'switched' | 'undone', tone: 'bad' | 'ok') =>
    at === null ? [] : [{ atMs: Date.parse(at), text: t(lang, text), tone }];
  const marks = [
    ...mark(onsetAt, 'onset', 'bad'),
    ...actions.flatMap((action) => [
      ...mark(action.appliedAt, 'switched', 'ok'),
      ...mark(action.undoneAt, 'undone', 'ok'),
    ]),
  ];
  const charts = chartOrder(series, cause).map((one) => (
    <Chart key={one.series} series={one} title={chartTitle(one, kpis, lang)} marks={marks} lang={lang} />
  ));
  return (
    <Part lang={lang}>
      {charts.slice(0, OPEN)}
      {charts.length > OPEN && (
        <details className="more">
          <summary>
            {t(lang, 'more')} ({charts.length - OPEN})
          </summary>
          {charts.slice(OPEN)}
        </details>
      )}
    </Part>
  );
});
