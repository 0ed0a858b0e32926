// Prometheus' relabelling: rules over a set of labels, in order; a set that a rule drops is gone.
import { z } from 'zod';

export type Labels = Map<string, string>;

const actions = [
  'replace',
  'keep',
  'drop',
  'keepequal',
  'dropequal',
  'hashmod',
  'labelmap',
  'labeldrop',
  'labelkeep',
  'lowercase',
  'uppercase',
] as const;

/** Anchored, as Prometheus reads it; what RE2 has and JavaScript has not is told as a fault of the file. */
const regex = z.string().transform((text, context) => {
  try {
    return new RegExp(`^(?:${text})$`, 's');
  } catch (error) {
    context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : String(error) });
    return z.NEVER;
  }
});

export const relabelRule = z
  .strictObject({
    source_labels: z.array(z.string()).default([]),
    separator: z.string().default(';'),
    target_label: z.string().optional(),
    regex: regex.default(/^(?:(.*))$/s),
    modulus: z.number().int().positive().optional(),
    replacement: z.string().default('$1'),
    action: z.enum(actions).default('replace'),
  })
  .superRefine(({ action, target_label, modulus }, context) => {
    const needsTarget = ['replace', 'hashmod', 'lowercase', 'uppercase', 'keepequal', 'dropequal'].includes(action);
    if (needsTarget && !target_label)
      context.addIssue({ code: 'custom', message: `action ${action} needs target_label` });
    if (action === 'hashmod' && modulus === undefined)
      context.addIssue({ code: 'custom', message: 'action hashmod needs modulus' });
  });
export type RelabelRule = z.infer<typeof relabelRule>;

/** Applies the rules in place; false where one drops the set. @param digest the last eight bytes of a text's MD5, as Prometheus' hashmod has it */
export const relabel = (labels: Labels, rules: readonly RelabelRule[], digest: (text: string) => bigint): boolean => {
  for (const rule of rules) {
    const value = rule.source_labels.map((name) => labels.get(name) ?? '').join(rule.separator);
    const target = rule.target_label ?? '';
    switch (rule.action) {
      case 'keep':
        if (!rule.regex.test(value)) return false;
        break;
      case 'drop':
        if (rule.regex.test(value)) return false;
        break;
      case 'keepequal':
        if ((labels.get(target) ?? '') !== value) return false;
        break;
      case 'dropequal':
        if ((labels.get(target) ?? '') === value) return false;
        break;
      case 'replace': {
        const match = rule.regex.exec(value);
        if (match !== null) put(labels, expand(target, match), expand(rule.replacement, match));
        break;
      }
      case 'hashmod':
        put(labels, target, String(digest(value) % BigInt(rule.modulus ?? 1)));
        break;
      case 'lowercase':
        put(labels, target, value.toLowerCase());
        break;
      case 'uppercase':
        put(labels, target, value.toUpperCase());
        break;
      case 'labelmap':
        for (const [name, of] of [...labels]) {
          const match = rule.regex.exec(name);
          if (match !== null) put(labels, expand(rule.replacement, match), of);
        }
        break;
      case 'labeldrop':
        for (const name of [...labels.keys()]) if (rule.regex.test(name)) labels.delete(name);
        break;
      case 'labelkeep':
        for (const name of [...labels.keys()]) if (!rule.regex.test(name)) labels.delete(name);
        break;
    }
  }
  return true;
};

/** An empty label is no label. */
const put = (labels: Labels, name: string, value: string): void => {
  if (!/^[a-zA-Z_]\w*$/.test(name)) return;
  if (value === '') labels.delete(name);
  else labels.set(name, value);
};

/** Go's Regexp.Expand: `$1`, `${1}`, `${name}`, `$$`; a group that is not there is empty. */
const expand = (template: string, match: RegExpExecArray): string =>
  template.replace(/\$(?:\$|\{(\w+)\}|(\w+))/g, (whole, braced?: string, bare?: string) => {
    if (whole === '$$') return '$';
    const group = braced ?? bare ?? '';
    return (/^\d+$/.test(group) ? match[Number(group)] : match.groups?.[group]) ?? '';
  });
