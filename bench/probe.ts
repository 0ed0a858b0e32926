// `npm run bench:probe`: the probe in an express app under open-loop load, NATS there and gone, and what it costs beside its peer.
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { buildPrograms } from './probe/children.ts';
import { type Cost, measureCost } from './probe/cost.ts';
import type { Ledger } from './probe/ledger.ts';
import { type Block, measureOutage, type Outage } from './probe/outage.ts';
import { mean, paired, prediction } from './probe/stats.ts';

type Out = (line: string) => void;
type Claim = readonly [says: string, holds: boolean];
const MEMORY_MB_MAX = 20;

const fixed = (value: number, digits = 2): string => value.toFixed(digits);
const blockRow = (what: string, { p50, p99, requests, failed }: Block): Record<string, string | number> => ({
  what,
  p50: `${fixed(p50)} ms`,
  p99: `${fixed(p99)} ms`,
  requests,
  failed,
});
const row = (cells: Readonly<Record<string, string | number>>): string => `| ${Object.values(cells).join(' | ')} |`;
const table = (rows: readonly Readonly<Record<string, string | number>>[]): readonly string[] => [
  row(Object.fromEntries(Object.keys(rows[0] ?? {}).map((key) => [key, key]))),
  `|${'---|'.repeat(Object.keys(rows[0] ?? {}).length)}`,
  ...rows.map(row),
];

const accounted = ({ made, arrived, lost, twice }: Ledger): boolean =>
  made > 0 && arrived + lost === made && twice === 0;
const ledgerText = ({ made, arrived, lost, twice }: Ledger): string =>
  `${made} made = ${arrived} arrived + ${lost} told as lost; ${twice} stored twice`;

const outageClaims = (outage: Outage, goneSeconds: number): readonly Claim[] => {
  const { difference, spread } = paired(outage.pairs.map(({ up, gone }) => gone.p99 - up.p99));
  const usual = prediction(outage.pairs.map(({ up }) => up.p99));
  const { before, most, mostThere, end } = outage.rss;
  // Like is held against like: the middle against the middle, the peak between collections against such peaks with NATS there.
  const grown = Math.max(end - before, most - mostThere);
  const failed = [...outage.pairs.flatMap(({ up, gone }) => [up, gone]), outage.stretch].reduce(
    (n, b) => n + b.failed,
    0,
  );
  return [
    [
      `p99, NATS gone minus there: ${fixed(difference)} ± ${fixed(spread)} ms (${outage.pairs.length} pairs)`,
      difference <= spread,
    ],
    [
      `p99 at the end of ${goneSeconds} s without NATS: ${fixed(outage.end.p99)} ms; with it ${fixed(usual.middle)} ± ${fixed(usual.spread)} ms`,
      outage.end.p99 <= usual.middle + usual.spread,
    ],
    [`requests that failed: ${failed}`, failed === 0],
    [
      `memory: middle ${fixed(before, 1)} MB before, ${fixed(end, 1)} in the last third; greatest ${fixed(mostThere, 1)} MB with NATS there, ${fixed(most, 1)} without: ≤ ${MEMORY_MB_MAX} more`,
      grown <= MEMORY_MB_MAX,
    ],
    [`frames, default buffer: ${ledgerText(outage.roomy)}`, accounted(outage.roomy) && outage.roomy.lost === 0],
    [
      `frames, buffer of 60: ${ledgerText(outage.tight)}`,
      accounted(outage.tight) && (outage.tight.lost > 0 || goneSeconds <= 60),
    ],
  ];
};

const costClaims = (costs: readonly Cost[]): readonly Claim[] => {
  const of = (observer: Cost['observer']): Cost => {
    const found = costs.find((cost) => cost.observer === observer);
    if (found === undefined) throw new Error(`${observer} was not measured`);
    return found;
  };
  const [plain, otel, probe] = [of('none'), of('otel'), of('probe')];
  const added = (cost: Cost): number => mean(cost.cpuUs) - mean(plain.cpuUs);
  const { difference, spread } = paired(probe.cpuUs.map((us, i) => us - (otel.cpuUs[i] ?? Number.NaN)));
  return [
    [
      `processor a request, added: probe ${fixed(added(probe), 0)} µs, OpenTelemetry with OTLP ${fixed(added(otel), 0)} µs (difference ${fixed(difference, 0)} ± ${fixed(spread, 0)} µs)`,
      difference <= 0,
    ],
    [
      `memory: probe ${fixed(probe.rss, 1)} MB, OpenTelemetry with OTLP ${fixed(otel.rss, 1)} MB`,
      probe.rss <= otel.rss,
    ],
  ];
};

/** Exit 0 when every claim holds, 1 when one does not. Takes about eight minutes; `--quick` a minute and a half, to see that it works. */
export const probeCommand = async (args: readonly string[], out: Out): Promise<number> => {
  const { values } = parseArgs({
    args: [...args],
    options: {
      json: { type: 'boolean' },
      quick: { type: 'boolean' },
      only: { type: 'string' },
      pairs: { type: 'string' },
      rate: { type: 'string', default: '150' },
    },
  });
  const say: Out = values.json ? () => undefined : out;
  const perSecond = Number(values.rate);
  const goneSeconds = values.quick ? 15 : 180;
  await buildPrograms();
  const claims: Claim[] = [];
  const rows = (all: readonly Readonly<Record<string, string | number>>[]): void => {
    if (values.json) for (const one of all) out(JSON.stringify(one));
    else for (const line of ['', ...table(all), '']) out(line);
  };
  say(
    `${perSecond} requests/s, open loop; ${cpus().length} × ${cpus()[0]?.model ?? 'processor'}, Node ${process.version}`,
  );
  if (values.only !== 'outage') {
    const costs = await measureCost(
      { perSecond: 2 * perSecond, rounds: values.quick ? 2 : 5, roundSeconds: values.quick ? 3 : 8 },
      say,
    );
    rows(
      costs.map(({ observer, cpuUs, rss, p50, p99 }) => ({
        app: { none: 'plain', otel: 'OpenTelemetry SDK, OTLP', probe: '@fenghuo/probe' }[observer],
        'CPU a request': `${fixed(mean(cpuUs), 0)} µs`,
        memory: `${fixed(rss, 1)} MB`,
        p50: `${fixed(p50)} ms`,
        p99: `${fixed(p99)} ms`,
      })),
    );
    claims.push(...costClaims(costs));
  }
  if (values.only !== 'cost') {
    const outage = await measureOutage(
      {
        perSecond,
        pairs: Number(values.pairs ?? (values.quick ? 2 : 8)),
        blockSeconds: values.quick ? 4 : 10,
        goneSeconds,
      },
      say,
    );
    rows([
      ...outage.pairs.flatMap(({ up, gone }, i) => [
        blockRow(`pair ${i + 1}, NATS there`, up),
        blockRow(`pair ${i + 1}, NATS gone`, gone),
      ]),
      blockRow(`gone for ${goneSeconds} s`, outage.stretch),
      blockRow('… its last third', outage.end),
    ]);
    claims.push(...outageClaims(outage, goneSeconds));
  }
  for (const [says, holds] of claims)
    out(values.json ? JSON.stringify({ claim: says, holds }) : `${holds ? 'PASS' : 'FAIL'}  ${says}`);
  return claims.every(([, holds]) => holds) ? 0 : 1;
};
