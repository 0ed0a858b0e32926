// The engine on a machine that a neighbour has taken over.
import { spawnSync } from 'node:child_process';
import { getPriority } from 'node:os';
import { expect, it } from 'vitest';
import { AHEAD_NICE, getAhead } from './priority.ts';

it('goes before ordinary programs where it may, and says why where it may not', () => {
  const may =
    spawnSync('nice', ['-n', String(AHEAD_NICE), 'nice'], { encoding: 'utf8' }).stdout.trim() === String(AHEAD_NICE);
  const run = `import { getPriority } from 'node:os'; import { getAhead } from ${JSON.stringify(new URL('./priority.ts', import.meta.url).href)};
    const why = getAhead(); process.stdout.write(JSON.stringify({ nice: getPriority(), why: why?.message }));`;
  const child = spawnSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', run], {
    encoding: 'utf8',
  });
  const { nice, why } = JSON.parse(child.stdout);
  expect(nice).toBe(may ? AHEAD_NICE : getPriority());
  expect(typeof why).toBe(may ? 'undefined' : 'string');
});

it('runs as everybody does where it is not allowed', () => {
  const refuse = (): never => {
    throw new Error('EACCES: permission denied');
  };
  expect(getAhead(refuse)?.message).toMatch(/EACCES/);
});
