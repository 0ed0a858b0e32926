// `fenghuo chaos`: makes something go wrong for real, out of the engine's sight.
import { parseArgs } from 'node:util';
import { config, probed, type Role, roles, thirdParties } from './config.ts';

type Fault = { readonly says: string; readonly customer: string; readonly targets: readonly Role[] };
const faults: Readonly<Record<string, Fault>> = {
  'bank-slow': {
    says: 'a bank answers late: --ms 800 [--seconds 40]',
    customer: 'payments hang, then fail',
    targets: thirdParties,
  },
  'bank-errors': {
    says: 'a bank refuses part of its calls: --ratio 0.5 [--seconds 40]',
    customer: 'some payments fail at once',
    targets: thirdParties,
  },
  'cpu-hog': { says: 'a service burns the processor: [--seconds 20]', customer: 'pages load slowly', targets: probed },
  'process-crash': {
    says: 'a service is killed; its launcher starts it again',
    customer: 'errors for some seconds',
    targets: probed,
  },
};
const USAGE = 'usage: fenghuo chaos FAULT --target NAME [--ms N] [--ratio R] [--seconds N] | off | --list';

/** Exit 0 done, 2 wrong usage, 3 it could not be done. */
export const chaosCommand = async (args: readonly string[], out: (line: string) => void): Promise<number> => {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    strict: false,
    options: {
      target: { type: 'string' },
      ms: { type: 'string' },
      ratio: { type: 'string' },
      seconds: { type: 'string' },
      for: { type: 'string' },
      list: { type: 'boolean' },
    },
  });
  const [name] = positionals;
  if (values.list === true || name === undefined) {
    for (const [fault, { says, customer, targets }] of Object.entries(faults))
      out(
        `${fault.padEnd(14)} ${says}\n${' '.repeat(15)}customers notice: ${customer}; targets: ${targets.join(', ')}`,
      );
    return values.list === true ? 0 : 2;
  }
  const platform = config();
  const ask = async (port: number, path: string): Promise<void> => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`);
    if (!response.ok) throw new Error(`the switch answers ${response.status}`);
  };
  try {
    if (name === 'off') {
      for (const bank of thirdParties) await ask(platform.controlPort(bank), '/');
      out('both banks are healthy');
      return 0;
    }
    const fault = faults[name];
    const target = roles.find((role) => role === (values.target ?? fault?.targets[0]));
    if (fault === undefined || target === undefined || !fault.targets.includes(target)) {
      out(USAGE);
      return 2;
    }
    const seconds = Number(values.seconds ?? String(values.for ?? '0').replace(/s$/, ''));
    const launcher = platform.controlPort('launcher');
    if (name === 'process-crash') await ask(launcher, `/crash?target=${target}`);
    else if (name === 'cpu-hog') await ask(launcher, `/hog?target=${target}&seconds=${seconds || 20}`);
    else {
      const bank = platform.controlPort(target);
      await ask(
        bank,
        name === 'bank-slow' ? `/?ms=${Number(values.ms ?? 800)}` : `/?errors=${Number(values.ratio ?? 0.5)}`,
      );
      // The end is this process's to bring about; a killed command leaves the fault on, and `chaos off` ends it.
      if (seconds > 0) {
        out(`${name} on ${target} for ${seconds} s`);
        await new Promise((resolve) => setTimeout(resolve, seconds * 1_000));
        await ask(bank, '/');
        out(`${target} is healthy again`);
        return 0;
      }
    }
    out(`${name} on ${target}`);
    return 0;
  } catch (error) {
    out(
      `it could not be done: ${error instanceof Error ? error.message : error}. Is the example running (fenghuo up --example takeaway)?`,
    );
    return 3;
  }
};
