// Tells findings that began and those that are over; a restarted engine takes up those that its log has told.
import { type Engine, emit } from '../engine.ts';

/** @param engine decides; whoever follows a log applies what it says instead */
export const tellChecks = (engine: Engine): void => {
  const { raised, cleared } = engine.checks.turned();
  for (const check of raised) emit(engine, { type: 'check.raised', check });
  for (const { id, anomaly } of cleared)
    emit(engine, {
      type: 'check.cleared',
      check: id,
      text: {
        en: `${anomaly.entity}: ${anomaly.metric}: no longer so`,
        zh: `${anomaly.entity}：${anomaly.metric}：已解除`,
      },
    });
};
