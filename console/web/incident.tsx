// One incident on one page: what is broken and what to do first, then how it spread, what proves it, and why not the others.
import type { LiveGraph } from '@fenghuo/rules/contract';
import { lazy, useEffect, useState } from 'react';
import { Link } from 'wouter';
import { Clocks } from './clocks.tsx';
import { Evidence } from './evidence.tsx';
import { Headline } from './headline.tsx';
import { t, useLang } from './lang.ts';
import { useNow } from './now.ts';
import { Part } from './part.tsx';
import { Payments } from './payments.tsx';
import { loadIncident, useStore } from './store.ts';
import { Timeline } from './timeline.tsx';

const NO_KPIS: LiveGraph['kpis'] = [];
const Spread = lazy(() => import('./spread.tsx'));

export const IncidentPage = ({ id }: { readonly id: string }) => {
  const of = useStore((state) => state.documents[id]);
  const evidence = useStore((state) => state.evidence[id]);
  const graph = useStore((state) => state.graph);
  const { lang } = useLang();
  const [missing, setMissing] = useState(false);
  const now = useNow();
  useEffect(() => {
    void loadIncident(id).then((found) => setMissing(!found));
  }, [id]);
  const name = of?.cause?.entity ?? of?.title[lang];
  useEffect(() => {
    document.title = name === undefined ? 'Fenghuo' : `${name} · Fenghuo`;
    return () => {
      document.title = 'Fenghuo';
    };
  }, [name]);
  if (of === undefined)
    return (
      <p className="empty">
        {missing ? t(lang, 'missing') : '…'} <Link href="/">{t(lang, 'back')}</Link>
      </p>
    );
  const kpis = graph?.kpis ?? NO_KPIS;
  const others = of.ranking.filter((suspect) => suspect.entity !== of.cause?.entity);
  return (
    <>
      <Headline of={of} evidence={evidence} lang={lang} now={now} />
      <Clocks of={of} kpis={kpis} lang={lang} now={now} />
      <div className="columns">
        <section>
          <h2>{t(lang, 'spread')}</h2>
          <Part lang={lang} fallback={<div className="graph" />}>
            {graph && <Spread graph={graph} cause={of.cause?.entity} path={of.path} onsetAt={of.onsetAt} lang={lang} />}
          </Part>
        </section>
        <section>
          <h2>{t(lang, 'evidence')}</h2>
          <Evidence
            cause={of.cause}
            onsetAt={of.onsetAt}
            actions={of.actions}
            series={evidence}
            kpis={kpis}
            lang={lang}
          />
        </section>
        <section>
          <h2>{t(lang, 'timeline')}</h2>
          <Timeline of={of} lang={lang} />
        </section>
        <section>
          <h2>{t(lang, 'others')}</h2>
          {others.length === 0 && <p className="muted">{t(lang, 'nobody')}</p>}
          <ul className="plain">
            {others.slice(0, 5).map((suspect) => (
              <li key={`${suspect.entity} ${suspect.metric}`}>
                <b>{suspect.entity}</b> {suspect.why[lang]}
              </li>
            ))}
          </ul>
          {of.cause?.otherwise !== undefined && <p data-testid="otherwise">{of.cause.otherwise[lang]}</p>}
        </section>
      </div>
      <Payments of={of} lang={lang} />
    </>
  );
};
