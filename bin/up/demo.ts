// The demonstration of `npm start`: a countdown, a slow bank, and what Fenghuo decides about it, as it decides it.
import { connectBus, explain, realClock } from '@fenghuo/kit';
import {
  type Credentials,
  type Decision,
  decision,
  decisionsStream,
  screenReceiver,
  telemetryStream,
} from '@fenghuo/rules/contract';
import { DeliverPolicy } from '@nats-io/jetstream';
import { say } from '../output.ts';
import { chaos } from '../verbs/example.ts';

type Options = {
  readonly natsUrl: string;
  readonly credentials: Credentials;
  readonly shift: number;
  readonly stopped: Promise<void>;
  readonly isStopped: () => boolean;
};
/** Long enough for the detectors to know what is usual. */
const warmUpSeconds = Number(process.env.FENGHUO_DEMO_WARMUP ?? 30);
const slowSeconds = 40;

/** Plays the demonstration once; returns when it is over or the person stops it. */
export const runDemo = async (options: Options): Promise<void> => {
  const { user, password } = options.credentials.nats.admin;
  const external = process.env.FENGHUO_NATS_URL !== undefined;
  const bus = await connectBus(
    {
      natsUrl: options.natsUrl,
      natsUser: external ? process.env.FENGHUO_NATS_USER : user,
      natsPassword: external ? process.env.FENGHUO_NATS_PASSWORD : password,
      natsCaFile: process.env.FENGHUO_NATS_CA_FILE,
    },
    'demo',
  );
  const pause = (ms: number): Promise<void> => Promise.race([realClock.sleep(ms), options.stopped]);
  const first = await bus.jsm.streams.info(telemetryStream(0)).then((info) => info.state.last_seq);
  while (!options.isStopped() && (await bus.jsm.streams.info(telemetryStream(0))).state.last_seq <= first)
    await pause(250);
  say(`\nTelemetry flows. In ${warmUpSeconds} s bank-a turns slow (50 ms → 800 ms); watch the console.`);
  const consumer = await bus.js.consumers.get(decisionsStream, { deliver_policy: DeliverPolicy.New });
  const messages = await consumer.consume();
  let slowSince = 0;
  const follow = (async () => {
    for await (const message of messages) {
      const parsed = decision.safeParse(message.json());
      const text = parsed.success ? tell(parsed.data) : undefined;
      if (text !== undefined)
        say(
          `${slowSince > 0 ? `  +${((realClock.monotonic() - slowSince) / 1_000).toFixed(1)} s`.padEnd(10) : '  '.padEnd(10)}${text}`,
        );
    }
  })().catch((error: unknown) => options.isStopped() || say(`  ${explain(error)}`));
  for (let left = warmUpSeconds; left > 0 && !options.isStopped(); left -= Math.min(left, 10)) {
    if (left < warmUpSeconds) say(`  … ${left} s`);
    await pause(Math.min(left, 10) * 1_000);
  }
  if (!options.isStopped()) {
    slowSince = realClock.monotonic();
    say('\nbank-a is slow now.');
    const fault = ['bank-slow', '--target', 'bank-a', '--ms', '800', '--seconds', String(slowSeconds)];
    const injected = chaos(fault, (line) => say(`  ${line}`)).catch((error: unknown) =>
      say(`  the fault could not be injected: ${explain(error)}`),
    );
    await Promise.race([injected, options.stopped]);
    await pause(45_000);
    if (!options.isStopped()) say('\nThe rest is yours: npx fenghuo chaos --help');
  }
  await options.stopped;
  await bus.close();
  await follow;
};

/** One line for a decision that people care about. */
const tell = (d: Decision): string | undefined => {
  switch (d.type) {
    case 'incident.opened':
      return `incident ${d.incident} opened: ${d.title.en}`;
    case 'incident.cause':
      return `cause: ${d.cause.entity} (${d.cause.kind}, confidence ${d.cause.confidence.toFixed(2)}). ${d.cause.reason.en}`;
    case 'action.planned':
      return `action planned: ${d.action.flag} of ${d.action.target} → ${d.action.value}`;
    case 'action.state':
      return `action ${d.to}: ${d.why.en}`;
    case 'incident.state':
      return `incident ${d.to}: ${d.why.en}`;
    case 'page.sent':
      return d.receiver === screenReceiver ? undefined : `paged ${d.receiver} (${d.about})`;
    default:
      return undefined;
  }
};
