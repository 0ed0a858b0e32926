// Trouble at a bank: its own switch makes it slow, failing or half-dead, and holds the time by itself.
import { type Role, roles, thirdParties } from '../config.ts';
import type { Fault, Options, Platform } from './fault.ts';

const ask = async ({ config }: Platform, bank: string, query: Options): Promise<void> => {
  const role: Role | undefined = roles.find((name) => name === bank);
  if (role === undefined) throw new Error(`no bank is called ${bank}`);
  const path = new URLSearchParams({ ...query }).toString();
  const response = await fetch(`http://127.0.0.1:${config.controlPort(role)}/?${path}`);
  if (!response.ok) throw new Error(`the bank's switch answers ${response.status}`);
};

/** Begins trouble that the bank's switch knows by these words; ends by making it healthy. */
export const trouble =
  (words: (options: Options) => Options): Fault['begin'] =>
  async (platform, bank, options) => {
    await ask(platform, bank, { ...words(options), seconds: options.seconds ?? '600' });
    return () => ask(platform, bank, {});
  };

const bank = { kind: 'fault', targets: thirdParties, seconds: 600 } as const;
export const banks: Readonly<Record<string, Fault>> = {
  'bank-slow': {
    ...bank,
    says: 'a bank answers late',
    customer: 'payments hang, then fail',
    options: { ms: '800' },
    begin: trouble(({ ms = '800' }) => ({ ms })),
  },
  'bank-errors': {
    ...bank,
    says: 'a bank refuses part of its calls',
    customer: 'some payments fail at once',
    options: { ratio: '0.5' },
    begin: trouble(({ ratio = '0.5' }) => ({ errors: ratio })),
  },
  'bank-half-dead': {
    ...bank,
    says: 'a bank never answers part of its calls, the rest as ever',
    customer: 'one payment in five hangs until it is given up',
    options: { ratio: '0.2' },
    begin: trouble(({ ratio = '0.2' }) => ({ hang: ratio })),
  },
};
