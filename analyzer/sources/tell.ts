// Tells which sources came into trouble and which are well again; a restarted engine takes up what its log has told.
import { underWay } from '../correlate/planned.ts';
import { type Engine, emit } from '../engine.ts';
import { overText } from './words.ts';

/** @param engine decides; whoever follows a log applies what it says instead */
export const tellSources = (engine: Engine): void => {
  const { began, over } = engine.sources.turned();
  if (began.length + over.length === 0) return;
  const announced = new Set(underWay(engine, engine.now.atMs).map(({ service }) => service));
  for (const trouble of began)
    if (trouble.service === undefined || !announced.has(trouble.service))
      emit(engine, { type: 'source.troubled', trouble });
  for (const one of over)
    emit(engine, { type: 'source.well', source: one.source, text: overText(one, engine.sources.knows(one.source)) });
};
