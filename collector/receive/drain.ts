// Log messages to templates: what varies becomes `<*>` (Drain: He, Zhu, Zheng, Lyu, ICWS 2017), with a bound on every dimension of the tree.
import { receiveLimits } from './limits.ts';

export type Template = {
  /** As it was when it was first met: the name that stays, while `tokens` grow more general. */
  readonly name: string;
  tokens: readonly string[];
};
export type Met = { readonly template: Template; readonly isNew: boolean };

const ANY = '<*>';
/** The first words by which the tree branches below the number of words; Drain's depth. */
const DEPTH = 2;
/** Children of a node: further words share one. */
const CHILDREN_MAX = 64;
/** Share of words that must agree. */
const SIMILAR = 0.5;
const WORDS_MAX = 48;
/** A message is looked at so far, and its template may be so long: it is an attribute of a series. */
const TEXT_MAX = 1_024;
const NAME_MAX = 240;

/** What varies wherever it stands: identifiers, addresses, numbers with their units, what is quoted. */
const varying: readonly RegExp[] = [
  /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi,
  /\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d\S*/g,
  /\b0x[0-9a-f]+\b/gi,
  /\b(?=[0-9a-f]*\d)[0-9a-f]{12,}\b/gi,
  /\b\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?\b/g,
  /"[^"]{0,200}"|'[^']{0,200}'/g,
  /(?<![A-Za-z_])[-+]?\d+(?:[.,:]\d+)*(?:e[-+]?\d+)?(?:[a-zA-Z%µ]{1,3}\b)?/g,
];

/** The words of a message's first line, what varies in each replaced. */
export const wordsOf = (message: string): string[] => {
  let text = message.slice(0, TEXT_MAX).split('\n', 1)[0] ?? '';
  for (const pattern of varying) text = text.replace(pattern, ANY);
  const words: string[] = [];
  let length = 0;
  for (const word of text.split(/\s+/)) {
    if (word === '') continue;
    length += word.length + 1;
    if (words.length >= WORDS_MAX || length > NAME_MAX) break;
    words.push(word);
  }
  return words;
};

type Node = { readonly children: Map<string, Node>; readonly templates: Template[] };
const node = (): Node => ({ children: new Map(), templates: [] });

const child = <K, V>(of: Map<K, V>, key: K, make: () => V): V => {
  const known = of.get(key);
  if (known !== undefined) return known;
  const made = make();
  of.set(key, made);
  return made;
};

export class Drain {
  size = 0;
  private readonly root = new Map<number, Node>();
  private readonly other: Template = { name: ANY, tokens: [ANY] };

  /** The template of a message; a new one while there is room, the template of everything afterwards. */
  meet(message: string): Met {
    const words = wordsOf(message);
    const leaf = this.leafOf(words);
    const found = closest(leaf.templates, words);
    if (found !== undefined) {
      found.tokens = found.tokens.map((token, i) => (token === words[i] ? token : ANY));
      return { template: found, isNew: false };
    }
    if (this.size >= receiveLimits.signaturesMax) return { template: this.other, isNew: false };
    this.size++;
    const template = { name: words.join(' ') || ANY, tokens: words };
    leaf.templates.push(template);
    return { template, isNew: true };
  }

  private leafOf(words: readonly string[]): Node {
    let at: Node = child(this.root, words.length, node);
    for (const word of words.slice(0, DEPTH)) {
      // A word with a digit or a mark in it varies by itself: it would make a branch a message.
      const key = /[\d<]/.test(word) ? ANY : word;
      const isFull = at.children.size >= CHILDREN_MAX && !at.children.has(key);
      at = child(at.children, isFull ? ANY : key, node);
    }
    return at;
  }
}

/** The most similar template of as many words, the first of equals; undefined where none is similar enough. */
const closest = (templates: readonly Template[], words: readonly string[]): Template | undefined => {
  let best: Template | undefined;
  let most = Math.max(1, Math.ceil(SIMILAR * words.length));
  if (words.length === 0) return templates[0];
  for (const template of templates) {
    let equal = 0;
    for (let i = 0; i < words.length; i++) if (template.tokens[i] === words[i]) equal++;
    if (equal > most || (equal === most && best === undefined)) {
      best = template;
      most = equal;
    }
  }
  return best;
};
