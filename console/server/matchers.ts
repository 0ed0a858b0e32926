// Matchers as Alertmanager's clients write them in `filter=`: `service="bank-a"`, `severity=~"critical|error"`. Pure.
import { type Matcher, matcher } from '@fenghuo/rules/contract';

const written = /^\s*([A-Za-z_][\w.:]*)\s*(=~|!~|!=|=)\s*(?:"((?:[^"\\]|\\.)*)"|([^"]*?))\s*$/s;
const escapes: Readonly<Record<string, string>> = { n: '\n', '"': '"', '\\': '\\' };

/** One matcher out of its text; undefined where it is none, or its pattern is no regular expression. */
export const readMatcher = (text: string): Matcher | undefined => {
  const [, name, sign, quoted, plain] = written.exec(text) ?? [];
  const value = quoted?.replace(/\\(.)/gs, (whole, next: string) => escapes[next] ?? whole) ?? plain;
  const draft = { name, value, isRegex: sign === '=~' || sign === '!~', isEqual: sign === '=' || sign === '=~' };
  return matcher.safeParse(draft).data;
};

/** As `amtool` would write it. */
export const writeMatcher = ({ name, value, isRegex, isEqual }: Matcher): string => {
  const sign = isRegex ? (isEqual ? '=~' : '!~') : isEqual ? '=' : '!=';
  return `${name}${sign}"${value.replace(/[\\"]/g, '\\$&').replace(/\n/g, '\\n')}"`;
};
