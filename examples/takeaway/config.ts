// Who is who and where: roles, the names they go by, their ports. Read from the environment once.
import { existsSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';

export const roles = [
  'app-gateway',
  'user',
  'menu',
  'order',
  'payment',
  'bank-a',
  'bank-b',
  'dispatch',
  'rider',
  'merchant',
  'terminals',
  'database',
  'queue',
] as const;
export type Role = (typeof roles)[number];
/** Third parties: no probe, nothing of theirs is seen but by their callers. */
export const thirdParties: readonly Role[] = ['bank-a', 'bank-b'];
/** What runs with the probe. */
export const probed: readonly Role[] = [
  'app-gateway',
  'user',
  'menu',
  'order',
  'payment',
  'dispatch',
  'rider',
  'merchant',
  'terminals',
];

const BASE = 17_100;
const words = [
  'amber',
  'birch',
  'cedar',
  'delta',
  'ember',
  'fjord',
  'grove',
  'heron',
  'islet',
  'jade',
  'karst',
  'lotus',
  'maple',
  'north',
  'opal',
  'prism',
  'quartz',
  'reed',
  'slate',
  'tundra',
];

export type Config = {
  readonly shift: number;
  readonly data: string;
  readonly port: (role: Role) => number;
  /** Ports of the switches that the engine does not see. */
  readonly controlPort: (role: Role | 'launcher') => number;
  /** Where a second instance of a service listens. */
  readonly canaryPort: (role: Role) => number;
  readonly name: (role: string) => string;
  readonly url: (role: Role) => string;
  /** Customers that arrive a second, on average. */
  readonly rate: number;
  readonly seed: number;
};

/** `TAKEAWAY_NAMES_SEED` renames everything, `TAKEAWAY_RATE` and `TAKEAWAY_SEED` steer the load. */
export const config = (env: Readonly<Record<string, string | undefined>> = process.env): Config => {
  const shift = Number(env.FENGHUO_PORT_SHIFT ?? 0) || 0;
  const names = renamed(env.TAKEAWAY_NAMES_SEED);
  const port = (role: Role): number => BASE + shift + roles.indexOf(role);
  return {
    shift,
    data: join(env.FENGHUO_DATA ?? join(tmpdir(), 'fenghuo-takeaway'), 'takeaway'),
    port,
    controlPort: (role) => BASE + shift + 40 + (role === 'launcher' ? 0 : 1 + roles.indexOf(role)),
    canaryPort: (role) => BASE + shift + 80 + roles.indexOf(role),
    name: (role) => names.get(role) ?? role,
    url: (role) => `http://127.0.0.1:${port(role)}`,
    rate: Number(env.TAKEAWAY_RATE ?? 8),
    seed: Number(env.TAKEAWAY_SEED ?? 1),
  };
};

const renamed = (seed: string | undefined): ReadonlyMap<string, string> => {
  if (seed === undefined || seed === '') return new Map(roles.map((role) => [role, role]));
  const random = seeded(Number(seed));
  const left = [...words];
  return new Map(roles.map((role) => [role, left.splice(Math.floor(random() * left.length), 1)[0] ?? role]));
};

/** Mulberry32: a small generator with a seed, so that a run can be had again. */
export const seeded = (seed: number): (() => number) => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
};

/** What the launcher hands to a service through its environment. */
export const launch = (
  env: Readonly<Record<string, string | undefined>> = process.env,
): { readonly register: string; readonly bundle: string; readonly natsBinary: string } => ({
  register: env.FENGHUO_PROBE_REGISTER ?? '',
  bundle: env.FENGHUO_BUNDLE ?? '',
  natsBinary: env.FENGHUO_NATS_BINARY ?? 'nats-server',
});

/** What makes an instance another than its service's first: its port, and the share of its answers that a bad release spoils. */
export const release = (
  env: Readonly<Record<string, string | undefined>> = process.env,
): { readonly port: number | undefined; readonly bad: number } => ({
  port: env.TAKEAWAY_CANARY_PORT === undefined ? undefined : Number(env.TAKEAWAY_CANARY_PORT),
  bad: Number(env.TAKEAWAY_BAD_RELEASE ?? 0),
});

/** By how many ms a role's clock is wrong from the start: `TAKEAWAY_SKEW=rider:5000,menu:-300`. */
export const skewAtStart = (role: string, env: Readonly<Record<string, string | undefined>> = process.env): number =>
  Number(
    (env.TAKEAWAY_SKEW ?? '')
      .split(',')
      .find((one) => one.startsWith(`${role}:`))
      ?.slice(role.length + 1) ?? 0,
  );

/** Where the collector takes announcements of deploys and the like, and the token for it; undefined where nobody gave one. */
export const announcements = (
  env: Readonly<Record<string, string | undefined>> = process.env,
): { readonly url: string; readonly token: string } | undefined => {
  const token = env.FENGHUO_INGEST_TOKEN ?? ingestToken(env.FENGHUO_DATA);
  const port = 4_318 + (Number(env.FENGHUO_PORT_SHIFT ?? 0) || 0);
  return token === undefined ? undefined : { url: `http://127.0.0.1:${port}/api/v1/events`, token };
};
const ingestToken = (data: string | undefined): string | undefined => {
  const path = join(data ?? '.fenghuo', 'credentials.json');
  if (!existsSync(path)) return undefined;
  return z.object({ ingestToken: z.string() }).safeParse(JSON.parse(readFileSync(path, 'utf8'))).data?.ingestToken;
};

/** The environment of a process that must not have the probe's credentials. */
export const withoutSecrets = (
  env: Readonly<Record<string, string | undefined>> = process.env,
): Record<string, string> =>
  Object.fromEntries(
    Object.entries(env).flatMap(([key, value]) =>
      value === undefined || /^FENGHUO_(NATS|CLICKHOUSE|ADMIN|INGEST)/.test(key) ? [] : [[key, value]],
    ),
  );
export const inherited = (env: Readonly<Record<string, string | undefined>> = process.env): Record<string, string> =>
  Object.fromEntries(Object.entries(env).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])));
