// What a process asks its databases, statement by statement: which of them takes the time is what nobody sees from a call's duration alone.
import type { EdgeRef } from '@fenghuo/rules/contract';
import type { Emit } from './point.ts';

/** Statements that one process tells apart; the time of those beyond is told of "other". About 300 bytes each. */
export const statementsMax = 64;
/** Texts whose shape is remembered; beyond, all are read anew. About 1 kB each. */
const TEXTS_MAX = 500;
/** Of a longer text the rest is left out: its beginning says which it is. */
const CHARS_MAX = 120;
const OTHER = 'other';

/** Comments, and whatever may be a value; in double quotes some databases write names, others values. */
const comments = /\/\*[\s\S]*?(?:\*\/|$)|--[^\n]*/g;
const literals = /'(?:[^']|'')*(?:'|$)|"[^"]*(?:"|$)|\$\d+(?:::\w+)?|\b\d[\w.]*/g;
/** A statement without what differs from call to call: literals, parameters, white space, lists of any length. No value of a customer is in it. */
export const shapeOf = (text: string): string =>
  text
    .slice(0, 4 * CHARS_MAX)
    .replace(comments, ' ')
    .replace(literals, '?')
    .replace(/\s+/g, ' ')
    .replace(/\(\s*\?(?:\s*,\s*\?)+\s*\)/g, '(?)')
    .trim()
    .slice(0, CHARS_MAX);

type Asked = { readonly edge: EdgeRef & { readonly operation: string }; seconds: number };

export class Statements {
  private readonly asked = new Map<string, Asked>();
  private readonly shapes = new Map<string, string>();

  /** A call that asked `text` of a database has ended after so many seconds. */
  add({ callee, protocol }: EdgeRef, text: string, seconds: number): void {
    const shape = this.shape(text);
    const known = this.asked.get(`${callee} ${shape}`);
    const statement = known !== undefined || this.asked.size < statementsMax - 1 ? shape : OTHER;
    const one = known ?? this.asked.get(`${callee} ${statement}`);
    if (one !== undefined) one.seconds += seconds;
    else this.asked.set(`${callee} ${statement}`, { edge: { callee, protocol, operation: statement }, seconds });
  }

  /** Emits the time that calls of each statement took, those that ended since the last tick, and begins anew. */
  emit(emit: Emit): void {
    for (const one of this.asked.values()) {
      const { edge, seconds } = one;
      emit({
        metric: 'fenghuo.client.operation.time',
        unit: 's',
        kind: 'delta',
        class: 'traffic',
        attributes: { 'service.peer.name': edge.callee, 'db.query.text': edge.operation },
        edge,
        value: seconds,
      });
      one.seconds = 0;
    }
  }

  private shape(text: string): string {
    const known = this.shapes.get(text);
    if (known !== undefined) return known;
    if (this.shapes.size >= TEXTS_MAX) this.shapes.clear();
    const shape = shapeOf(text);
    this.shapes.set(text, shape);
    return shape;
  }
}
