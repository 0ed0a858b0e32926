// Folders of YAML become one RuleBook, or a list of faults with file and line. Reads the disk, so it is a door of its own.
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { cwd } from 'node:process';
import { type Rule, type RuleBook, rule, type TopologyRule } from '@fenghuo/rules/contract';
import { type Document, LineCounter, parseAllDocuments } from 'yaml';
import { crossCheck } from './cross.ts';
import { locate, plainOf, tell } from './place.ts';
import { objectives } from './slo.ts';

export type RuleFault = {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
};
/** A rule with the place it came from. */
export type PlacedRule = {
  readonly rule: Rule;
  readonly document: Document;
  readonly at: (path: readonly PropertyKey[], key?: string) => RuleFault;
};
export type LoadedRules = {
  readonly book: RuleBook;
  readonly faults: readonly RuleFault[];
  readonly files: readonly string[];
};

/** What lies beside the rules in our own folder but is no rule: the metric catalogue, code, dependencies. */
const skipped = new Set(['metrics', 'contract', 'load', 'scenarios', 'node_modules', 'dist']);

const yamlFiles = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return skipped.has(entry.name) || entry.name.startsWith('.') ? [] : yamlFiles(path);
      return /\.ya?ml$/.test(entry.name) ? [path] : [];
    });

/** The rules of one file, or why not; a file may hold several documents, each with its `kind`. */
const parseFile = (path: string, text: string): { rules: PlacedRule[]; faults: RuleFault[] } => {
  const lines = new LineCounter();
  const file = relative(cwd(), path) || path;
  const fault = (offset: number, message: string): RuleFault => {
    const { line, col } = lines.linePos(offset);
    return { file, line, column: col, message };
  };
  const rules: PlacedRule[] = [];
  const faults: RuleFault[] = [];
  for (const document of parseAllDocuments(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true })) {
    if (!('errors' in document)) continue;
    if (document.errors.length > 0) {
      faults.push(...document.errors.map((error) => fault(error.pos[0], error.message)));
      continue;
    }
    if (document.contents === null) continue;
    const read = plainOf(document);
    if ('fault' in read) {
      faults.push(fault(document.contents.range?.[0] ?? 0, read.fault));
      continue;
    }
    const parsed = rule.safeParse(read.plain);
    if (parsed.success)
      rules.push({ rule: parsed.data, document, at: (steps, key) => fault(locate(document, steps, key), '') });
    else
      for (const issue of parsed.error.issues)
        faults.push(
          ...tell(issue).map(({ path: steps, message, key }) => fault(locate(document, steps, key), message)),
        );
  }
  return { rules, faults };
};

const merge = (rules: readonly Rule[], slos: RuleBook['slos']): RuleBook => {
  const of = <K extends Rule['kind']>(kind: K): Extract<Rule, { kind: K }>[] =>
    rules.filter((r): r is Extract<Rule, { kind: K }> => r.kind === kind);
  const parts = of('topology');
  const topology: TopologyRule = {
    kind: 'topology',
    entities: parts.flatMap((t) => t.entities),
    edges: parts.flatMap((t) => t.edges),
    kpis: parts.flatMap((t) => t.kpis),
  };
  return Object.freeze({
    topology,
    playbooks: of('playbook'),
    routes: of('route'),
    detectors: of('detector'),
    slos,
    recommendations: of('recommendation'),
  });
};

/** One file's rules judged on their own, as a folder with only this file would be; never throws, only returns the faults. */
export const readRuleText = (path: string, text: string): LoadedRules => {
  const { rules, faults } = parseFile(path, text);
  return judged(rules, faults, [path]);
};

/** Loads and merges folders, in the order given; never throws for what stands in a file, only returns the faults. */
export const readRules = (folders: readonly string[]): LoadedRules => {
  const faults: RuleFault[] = [];
  const placed: PlacedRule[] = [];
  const files: string[] = [];
  for (const folder of folders) {
    let found: string[];
    try {
      found = yamlFiles(folder);
    } catch {
      faults.push({ file: folder, line: 1, column: 1, message: 'no such folder' });
      continue;
    }
    for (const path of found) {
      files.push(path);
      const parsed = parseFile(path, readFileSync(path, 'utf8'));
      placed.push(...parsed.rules);
      faults.push(...parsed.faults);
    }
  }
  return judged(placed, faults, files);
};

const judged = (placed: readonly PlacedRule[], unread: readonly RuleFault[], files: readonly string[]): LoadedRules => {
  const { slos, faults: wrong } = objectives(placed);
  const book = merge(
    placed.map((p) => p.rule),
    slos,
  );
  return { book, faults: [...unread, ...crossCheck(placed), ...wrong], files };
};

/** `file:line:column: message`, as editors and people read it. */
export const faultLine = (fault: RuleFault): string => `${fault.file}:${fault.line}:${fault.column}: ${fault.message}`;

/** The merged rules of these folders; throws an Error that lists every fault. */
export const loadRules = (folders: readonly string[]): RuleBook => {
  const { book, faults } = readRules(folders);
  if (faults.length === 0) return book;
  throw new Error(`wrong rules:\n  ${faults.map(faultLine).join('\n  ')}`);
};
