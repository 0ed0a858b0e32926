// `fenghuo replay --from T --to T [--rules DIR]`: reads the stream, prints the decision log and its hash, or the difference that other rules make.
import { createHash } from 'node:crypto';
import { parseArgs } from 'node:util';
import { connectBus, OpsError } from '@fenghuo/kit';
import { telemetryStream } from '@fenghuo/rules/contract';
import { loadRules } from '@fenghuo/rules/load';
import { loadAnalyzerConfig } from './config.ts';
import { createEngine } from './engine.ts';
import type { Input } from './input.ts';
import { createResolver, readStream } from './read.ts';
import { diffLogs, logLines, replay } from './replay.ts';

const timeOf = (text: string | undefined, flag: string): number => {
  const ms = text === undefined ? Number.NaN : /^\d+$/.test(text) ? Number(text) : Date.parse(text);
  if (Number.isNaN(ms)) throw new OpsError('usage', `${flag} takes an RFC 3339 time or epoch milliseconds`);
  return ms;
};

/** Exit 0; 1 where `--rules` changes decisions. */
export const replayCommand = async (args: readonly string[], say: (line: string) => void): Promise<number> => {
  const { values } = parseArgs({
    args: [...args],
    options: { from: { type: 'string' }, to: { type: 'string' }, rules: { type: 'string' }, json: { type: 'boolean' } },
  });
  const [fromMs, toMs] = [timeOf(values.from, '--from'), timeOf(values.to, '--to')];
  const config = loadAnalyzerConfig();
  const rules = loadRules(config.rules);
  const bus = await connectBus(config, 'replay');
  try {
    const options = { partition: 0, act: config.act } as const;
    const reader = createEngine(rules, options);
    const resolve = await createResolver(bus);
    const inputs: Input[] = [];
    for await (const message of readStream(bus, telemetryStream(0), { timeMs: fromMs }, Number.MAX_SAFE_INTEGER)) {
      if (message.atMs > toMs) break;
      const parsed = await resolve(reader, message);
      if ('fault' in parsed) continue;
      inputs.push(...parsed);
      for (const input of parsed) if (input.kind === 'schema') reader.watch.learn(input.schema, input.atMs);
    }
    const log = replay(rules, options, inputs);
    if (values.rules === undefined) {
      const lines = logLines(log);
      const hash = createHash('sha256').update(lines).digest('hex');
      for (const line of lines.split('\n')) if (line !== '') say(line);
      say(JSON.stringify({ inputs: inputs.length, decisions: log.length, sha256: hash }));
      return 0;
    }
    const difference = diffLogs(log, replay(loadRules(values.rules.split(':')), options, inputs));
    for (const line of difference) say(line);
    return difference.length === 0 ? 0 : 1;
  } finally {
    await bus.close();
  }
};
