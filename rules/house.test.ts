// Rules about our own code, checked like any other: size, import direction, banned calls, casts to any.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = new URL('..', import.meta.url).pathname;
const LINES_MAX = 300;

type Source = { readonly path: string; readonly text: string; readonly code: string };

// Comments do not call anything: they are blanked, line breaks kept, before the banned calls are looked for.
const withoutComments = (text: string): string =>
  text.replace(/\/\*[\s\S]*?\*\//g, (c) => c.replace(/[^\n]/g, ' ')).replace(/(^|[^:'"`])\/\/[^\n]*/g, '$1');

const files = (...patterns: readonly string[]): string[] =>
  execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', ...patterns], {
    cwd: root,
    encoding: 'utf8',
  })
    .split('\n')
    .filter((path) => path !== '' && existsSync(join(root, path)) && !path.includes('.generated.'));
const read = (path: string): string => readFileSync(join(root, path), 'utf8');

const sources: readonly Source[] = files('*.ts', '*.tsx').map((path) => {
  const text = read(path);
  return { path, text, code: withoutComments(text) };
});

const isTest = (path: string): boolean => /\.(parts\.|browser\.)?test\.tsx?$/.test(path) || path.includes('/testing');
const isBrowser = (path: string): boolean => path.startsWith('console/web/');
const isExample = (path: string): boolean => path.startsWith('examples/');

/** Places (`path:line`) where `pattern` stands in files that `where` admits. */
const found = (pattern: RegExp, where: (path: string) => boolean): string[] =>
  sources
    .filter((source) => where(source.path))
    .flatMap((source) =>
      source.code.split('\n').flatMap((line, i) => (pattern.test(line) ? [`${source.path}:${i + 1}`] : [])),
    );

/** Which of our packages a folder may import. */
const mayImport: readonly (readonly [folder: string, names: readonly string[]])[] = [
  ['rules/', []],
  ['probes/kit/', ['rules']],
  ['probes/agent/', ['rules', 'kit', 'probe']],
  ['probes/', ['rules', 'kit']],
  ['collector/', ['rules', 'kit', 'probe', 'agent']],
  ['analyzer/', ['rules', 'kit', 'probe', 'agent', 'collector']],
  ['console/', ['rules', 'kit', 'probe', 'agent', 'collector']],
  ['examples/', ['probe']],
];

describe('the house', () => {
  it('reads our sources', () => expect(sources.length).toBeGreaterThan(20));

  it(`has no file over ${LINES_MAX} lines`, () => {
    const long = files('*.ts', '*.tsx', '*.css')
      .map((path) => ({ path, lines: read(path).split('\n').length - 1 }))
      .filter(({ lines }) => lines > LINES_MAX);
    expect(long).toEqual([]);
  });

  it('lets data flow one way: rules ← probes ← collector ← {analyzer, console}', () => {
    const wrong = sources.flatMap(({ path, code }) => {
      const rule = mayImport.find(([folder]) => path.startsWith(folder));
      if (rule === undefined) return [];
      return [...code.matchAll(/(?:from|import)\s*\(?\s*['"]@fenghuo\/([a-z-]+)/g)].flatMap(([, name]) =>
        name === undefined || rule[1].includes(name) || name === path.split('/')[0] || (isTest(path) && name === 'kit')
          ? []
          : [`${path} imports @fenghuo/${name}`],
      );
    });
    expect(wrong).toEqual([]);
  });

  it('reaches no other workspace by a relative path', () => {
    const wrong = sources.flatMap(({ path, code }) => {
      const depth = path.split('/').length - (path.startsWith('probes/') || path.startsWith('examples/') ? 2 : 1);
      const climbs = [...code.matchAll(/from\s+['"]((?:\.\.\/)+)/g)].filter(([, up]) => (up ?? '').length / 3 >= depth);
      return climbs.length > 0 && !/^(bin|bench|rules\/house)/.test(path) && !isTest(path) ? [path] : [];
    });
    expect(wrong).toEqual([]);
  });

  it('keeps the contract free of node, and the pure stages free of the world', () => {
    expect(found(/from\s+['"]node:/, (p) => p.startsWith('rules/contract/') && !isTest(p))).toEqual([]);
    const shells = /\/(command|bench)[^/]*\.ts$/;
    const pure = (p: string): boolean =>
      /^analyzer\/(detect|correlate|localise)\//.test(p) && !isTest(p) && !shells.test(p);
    expect(found(/from\s+['"](node:|@nats-io|@clickhouse|@fenghuo\/kit|@fenghuo\/collector)/, pure)).toEqual([]);
  });

  it('takes the clock as an argument', () => {
    const owners = ['probes/kit/clock.ts', 'probes/node/clock.ts'];
    const bound = (p: string): boolean =>
      !owners.includes(p) && !isTest(p) && !isBrowser(p) && !isExample(p) && !p.startsWith('bench/');
    expect(found(/\bDate\.now\(|\bperformance\.now\(|\bnew Date\(\)|(?<![.\w])set(Timeout|Interval)\(/, bound)).toEqual(
      [],
    );
  });

  it('takes randomness as an argument', () =>
    expect(found(/\bMath\.random\(/, (p) => p !== 'probes/kit/rng.ts')).toEqual([]));

  it('reads the environment in the files that own it', () => {
    const owner = (p: string): boolean =>
      /\/config\.ts$/.test(p) ||
      /^(bin|bench|scripts)\//.test(p) ||
      isTest(p) ||
      p === 'vitest.config.ts' ||
      p.endsWith('vite.config.ts');
    expect(found(/\bprocess\.env\b/, (p) => !owner(p))).toEqual([]);
  });

  it('prints only where people read: the command line and the examples', () =>
    expect(
      found(/\bconsole\.(log|error|warn|info)\(/, (p) => !/^(bin|bench|scripts|examples)\//.test(p) && !isBrowser(p)),
    ).toEqual([]));

  it('writes SQL in the collector only', () =>
    expect(
      found(
        /\b(INSERT INTO|CREATE TABLE|SELECT\s.+\sFROM)\b/,
        (p) =>
          !p.startsWith('collector/') &&
          !isExample(p) &&
          !isTest(p) &&
          !/^probes\/kit\/parts\//.test(p) &&
          !p.startsWith('bench/'),
      ),
    ).toEqual([]));

  it('casts nothing to any', () =>
    expect(found(/\bas any\b|:\s*any\b|<any>/, (p) => p !== 'rules/house.test.ts')).toEqual([]));

  it('skips no test and leaves nothing to do', () =>
    expect(
      found(/\b(it|test|describe)\.(skip|only|todo)\(|\b(TODO|FIXME|XXX)\b/, (p) => p !== 'rules/house.test.ts'),
    ).toEqual([]));
});
