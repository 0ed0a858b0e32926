// How trouble spread: the path as a list anybody can read out, and the graph around it.
import type { LiveGraph } from '@fenghuo/rules/contract';
import { memo, useState } from 'react';
import type { IncidentDocument } from '../server/api.ts';
import { span } from './format.ts';
import Graph from './graph.tsx';
import { involved } from './graph-shape.ts';
import { type Lang, t } from './lang.ts';
import { useNarrow } from './scheme.ts';

type Props = Pick<IncidentDocument, 'path' | 'onsetAt'> & {
  readonly graph: LiveGraph;
  /** The entity that is held for the cause. */
  readonly cause: string | undefined;
  readonly lang: Lang;
};

const Spread = memo(({ graph, cause, path, onsetAt, lang }: Props) => {
  const narrow = useNarrow();
  const [chosen, setChosen] = useState<boolean>();
  const isWhole = cause === undefined || (chosen ?? !narrow);
  const onsetMs = Date.parse(onsetAt ?? '');
  return (
    <>
      {cause !== undefined && (
        <ol className="chain">
          <li className="cause">
            <b>{cause}</b> <small>{t(lang, 'isCause')}</small>
          </li>
          {path.map((step) => (
            <li key={`${step.from}>${step.to}`} className="suffers" title={step.why[lang]}>
              <b>{step.to}</b> <small>+{span(Math.max(0, step.onsetMs - onsetMs), lang)}</small>
            </li>
          ))}
        </ol>
      )}
      <Graph graph={isWhole ? graph : involved(graph, cause, path)} cause={cause} path={path} lang={lang} />
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
});
export default Spread;
