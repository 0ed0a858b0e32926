// Silences in a bucket of NATS, so that they outlive the console: read once, then followed; every change is told.
import { type Bus, type Clock, type Logger, OpsError } from '@fenghuo/kit';
import { type Silence, silence, silencesBucket } from '@fenghuo/rules/contract';

/** Expired ones are kept for so long, to be read about; then the bucket forgets them. */
const KEPT_MS = 5 * 86_400_000;
const SILENCES_MAX = 1_000;

export type Silences = {
  all(): readonly Silence[];
  /** Stores it, new or changed; resolves once it holds. Throws OpsError `limit_exceeded` beyond 1,000. */
  put(one: Silence): Promise<void>;
  stop(): Promise<void>;
};

/** Opens the bucket and reads it to its end; `changed` is called on every later change. */
export const openSilences = async (
  bus: Pick<Bus, 'kvm'>,
  clock: Clock,
  log: Logger,
  changed: () => void,
): Promise<Silences> => {
  const bucket = await bus.kvm.open(silencesBucket);
  const known = new Map<string, Silence>();
  const take = (key: string, payload: unknown): void => {
    const parsed = silence.safeParse(payload);
    if (parsed.success) known.set(key, parsed.data);
    else log.warn({ key }, 'what stands in the bucket of silences is no silence');
  };
  for await (const key of await bucket.keys()) {
    const entry = await bucket.get(key);
    if (entry?.operation === 'PUT') take(key, entry.json());
  }
  // Tells what was read once more, and from then on what changes, whoever changed it.
  const watch = await bucket.watch();
  void (async () => {
    for await (const entry of watch) {
      if (entry.operation === 'PUT') take(entry.key, entry.json());
      else known.delete(entry.key);
      changed();
    }
  })();
  const sweep = async (): Promise<void> => {
    for (const { id, endsMs } of known.values()) if (clock.now() - endsMs > KEPT_MS) await bucket.purge(id);
  };
  return {
    all: () => [...known.values()].sort((a, b) => b.startsMs - a.startsMs),
    put: async (one) => {
      await sweep();
      if (!known.has(one.id) && known.size >= SILENCES_MAX)
        throw new OpsError('limit_exceeded', `${SILENCES_MAX} silences are kept already`);
      await bucket.put(one.id, JSON.stringify(one));
      known.set(one.id, one);
      changed();
    },
    stop: async () => watch.stop(),
  };
};
