// The random credentials that `up` writes to `.fenghuo/credentials.json` (mode 600), and which role uses which.
import { z } from 'zod';

/** A probe may publish its own telemetry and read its flags; an operator is the console's publishing side. */
export const natsRoles = ['admin', 'probe', 'agent', 'collector', 'analyzer', 'console'] as const;
export type NatsRole = (typeof natsRoles)[number];

const secret = z.string().min(16);
export const credentials = z.object({
  nats: z.record(z.enum(natsRoles), z.object({ user: z.string(), password: secret })),
  clickhouse: z.object({ user: z.string(), password: secret }),
  /** Bearer token of every write on the console. */
  adminToken: secret,
  /** Bearer or X-API-Key of the collector's receivers. */
  ingestToken: secret,
});
export type Credentials = Readonly<z.infer<typeof credentials>>;
