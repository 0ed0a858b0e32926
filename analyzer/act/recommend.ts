// Where no playbook may act, or none helped: what a person should do about the cause, and why no machine does. Rules, not guesses.
import type { Cause, Incident, Recommendation, RecommendationRule } from '@fenghuo/rules/contract';
import { type Engine, emit } from '../engine.ts';
import { deployOf } from './deploy.ts';

/** Says it once a cause. */
export const recommend = (engine: Engine, incident: Incident): void => {
  const { cause, recommendation } = incident;
  if (cause === null || recommendation !== undefined) return;
  const found = recommendationFor(engine.rules.recommendations, cause, facts(engine, incident, cause));
  if (found !== undefined) emit(engine, { type: 'incident.recommended', incident: incident.id, recommendation: found });
};

type Facts = { readonly labels: Readonly<Record<string, string>>; readonly deploy: string | undefined };
const facts = (engine: Engine, { onsetMs }: Incident, { entity }: Cause): Facts => ({
  labels: engine.rules.topology.entities.find((e) => e.name === entity)?.labels ?? {},
  deploy: deployOf(engine.changes, entity, onsetMs)?.what,
});

/** The most particular rule that fits, filled in; of equally particular ones the last. Undefined where none fits. */
export const recommendationFor = (
  rules: readonly RecommendationRule[],
  cause: Pick<Cause, 'entity' | 'entityKind' | 'kind'>,
  { labels, deploy }: Facts,
): Recommendation | undefined => {
  const fits = ({ when }: RecommendationRule): boolean =>
    when.kinds.includes(cause.kind) &&
    (when.entityKinds === undefined || when.entityKinds.includes(cause.entityKind)) &&
    Object.entries(when.labels).every(([key, value]) => labels[key] === value) &&
    (when.afterDeploy === undefined || when.afterDeploy === (deploy !== undefined));
  const particular = ({ when }: RecommendationRule): number =>
    Object.keys(when.labels).length + (when.entityKinds === undefined ? 0 : 1) + (when.afterDeploy === true ? 2 : 0);
  let best: RecommendationRule | undefined;
  for (const rule of rules.filter(fits)) if (best === undefined || particular(rule) >= particular(best)) best = rule;
  if (best === undefined) return undefined;
  const fill = (text: string): string =>
    text.replaceAll('{{cause}}', cause.entity).replaceAll('{{deploy}}', deploy ?? '');
  return {
    rule: best.name,
    cause: cause.entity,
    do: { en: fill(best.do.en), zh: fill(best.do.zh) },
    why: { en: fill(best.why.en), zh: fill(best.why.zh) },
  };
};
