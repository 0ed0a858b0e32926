// What no single rule can see: names used twice, and references to what nobody declared.
import type { PlacedRule, RuleFault } from './load.ts';

/** Faults across all documents of all folders. */
export const crossCheck = (placed: readonly PlacedRule[]): RuleFault[] => {
  const faults: RuleFault[] = [];
  const seen = new Map<string, string>();
  const once = (what: string, name: string, place: RuleFault): void => {
    const key = `${what} ${name}`;
    const before = seen.get(key);
    if (before === undefined) seen.set(key, `${place.file}:${place.line}`);
    else faults.push({ ...place, message: `${what} "${name}" is declared already at ${before}` });
  };
  for (const { rule, at } of placed) {
    if (rule.kind === 'topology') {
      for (const [i, entity] of rule.entities.entries()) {
        once('entity', entity.name, at(['entities', i, 'name']));
        for (const address of entity.addresses) once('address', address, at(['entities', i, 'addresses']));
      }
      for (const [i, kpi] of rule.kpis.entries()) once('kpi', kpi.name, at(['kpis', i, 'name']));
    }
    if (rule.kind === 'playbook') once('playbook', rule.name, at(['name']));
    if (rule.kind === 'recommendation') once('recommendation', rule.name, at(['name']));
    if (rule.kind === 'route')
      for (const [i, receiver] of rule.receivers.entries())
        once('receiver', receiver.name, at(['receivers', i, 'name']));
    if (rule.kind === 'detector') once('detector of class', rule.class, at(['class']));
    if ('apiVersion' in rule) once(rule.kind, rule.metadata.name, at(['metadata', 'name']));
  }
  for (const { rule, at } of placed) {
    if (rule.kind === 'topology')
      for (const [i, entity] of rule.entities.entries())
        for (const [j, other] of entity.alternatives.entries()) {
          const place = at(['entities', i, 'alternatives', j]);
          if (other === entity.name) faults.push({ ...place, message: `"${other}" cannot stand in for itself` });
          else if (!seen.has(`entity ${other}`)) faults.push({ ...place, message: `no entity "${other}" is declared` });
        }
    if (rule.kind === 'playbook' && !seen.has(`kpi ${rule.verify.kpi}`))
      faults.push({ ...at(['verify', 'kpi']), message: `no kpi "${rule.verify.kpi}" is declared` });
  }
  return faults;
};
