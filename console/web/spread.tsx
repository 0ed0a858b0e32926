// How trouble spread: the path as a list anybody can read out, and the graph around it.
import type { LiveGraph } from '@fenghuo/rules/contract';
import { useState } from 'react';
import type { IncidentDocument } from '../server/api.ts';
import { span } from './format.ts';
import Graph from './graph.tsx';
import { involved } from './graph-shape.ts';
import { type Lang, t } from './lang.ts';
import { useNarrow } from './scheme.ts';

type Props = { readonly graph: LiveGraph; readonly of: IncidentDocument; readonly lang: Lang };

const Spread = ({ graph, of, lang }: Props) => {
  const narrow = useNarrow();
  const [chosen, setChosen] = useState<boolean>();
  const cause = of.cause?.entity;
  const isWhole = cause === undefined || (chosen ?? !narrow);
  const onsetMs = Date.parse(of.onsetAt ?? '');
  return (
    <>
      {cause !== undefined && (
        <ol className="chain">
          <li className="cause">
            <b>{cause}</b> <small>{t(lang, 'isCause')}</small>
          </li>
          {of.path.map((step) => (
            <li key={`${step.from}>${step.to}`} className="suffers" title={step.why[lang]}>
              <b>{step.to}</b> <small>+{span(Math.max(0, step.onsetMs - onsetMs), lang)}</small>
            </li>
          ))}
        </ol>
      )}
      <Graph graph={isWhole ? graph : involved(graph, cause, of.path)} cause={cause} path={of.path} lang={lang} />
      <p className="legend">
        <span className="cause">{t(lang, 'isCause')}</span>
        <span className="suffers">{t(lang, 'whoSuffers')}</span>
        <span className="none">{t(lang, 'noProbe')}</span>
        {cause !== undefined && (
          <button type="button" aria-pressed={!isWhole} onClick={() => setChosen(!isWhole)}>
            {isWhole ? t(lang, 'involved') : t(lang, 'everything')}
          </button>
        )}
      </p>
    </>
  );
};
export default Spread;
