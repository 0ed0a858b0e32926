// Who may do what on NATS. A probe lives in somebody's application: it may publish its own telemetry and read flags, no more.
import {
  type Credentials,
  flagsBucket,
  type NatsRole,
  natsRoles,
  schemasBucket,
  silencesBucket,
  subjects,
} from '@fenghuo/rules/contract';

type Permissions = { readonly publish: object; readonly subscribe: object };

const flags = `KV_${flagsBucket}`;
const schemas = `KV_${schemasBucket}`;
/** What reading a key-value bucket takes: ordered consumers of its stream, direct gets, its state. */
const reading = (stream: string): readonly string[] => [
  `$JS.API.STREAM.INFO.${stream}`,
  `$JS.API.CONSUMER.CREATE.${stream}`,
  `$JS.API.CONSUMER.CREATE.${stream}.>`,
  `$JS.API.CONSUMER.INFO.${stream}.>`,
  `$JS.API.CONSUMER.DELETE.${stream}.>`,
  `$JS.API.CONSUMER.MSG.NEXT.${stream}.>`,
  `$JS.API.DIRECT.GET.${stream}`,
  `$JS.API.DIRECT.GET.${stream}.>`,
  `$JS.API.STREAM.MSG.GET.${stream}`,
  `$JS.ACK.${stream}.>`,
  `$JS.FC.${stream}.>`,
];
/** Services read and make streams; only the administrator deletes or empties one. */
const service = (user: string, publish: readonly string[]): Permissions => ({
  publish: {
    allow: ['$JS.API.>', '$JS.ACK.>', '$JS.FC.>', `$KV.${schemasBucket}.>`, ...publish],
    deny: [
      '$JS.API.STREAM.DELETE.>',
      '$JS.API.STREAM.PURGE.>',
      '$JS.API.STREAM.MSG.DELETE.>',
      '$JS.API.STREAM.SNAPSHOT.>',
      '$JS.API.STREAM.RESTORE.>',
    ],
  },
  subscribe: { allow: ['fh.>', `$KV.${flagsBucket}.>`, `$KV.${schemasBucket}.>`, `_INBOX.${user}.>`] },
});

const permissions: Readonly<Record<NatsRole, (user: string) => Permissions>> = {
  admin: () => ({ publish: { allow: ['>'] }, subscribe: { allow: ['>'] } }),
  probe: () => ({
    publish: {
      allow: [
        'fh.t.*.frame.>',
        'fh.t.*.early.>',
        'fh.t.*.schema.>',
        'fh.t.*.flag.>',
        'fh.t.*.business.>',
        `$KV.${schemasBucket}.>`,
        '$JS.API.INFO',
        ...reading(flags),
        `$JS.API.STREAM.INFO.${schemas}`,
      ],
    },
    // Services' inboxes have more tokens (bus.ts). The server takes `_INBOX.>` for an instance of `_INBOX.*`, so what a
    // probe must never hear is denied by name as well: that is filtered at delivery.
    subscribe: {
      allow: ['_INBOX.*', '_INBOX.*.*'],
      deny: ['fh.>', '$KV.>', ...natsRoles.filter((role) => role !== 'probe').map((role) => `_INBOX.${role}.>`)],
    },
  }),
  agent: (user) => ({
    publish: {
      allow: [
        'fh.t.*.frame.>',
        'fh.t.*.schema.>',
        `$KV.${schemasBucket}.>`,
        '$JS.API.INFO',
        `$JS.API.STREAM.INFO.${schemas}`,
      ],
    },
    subscribe: { allow: [`_INBOX.${user}.>`] },
  }),
  // It answers other collectors, on their inboxes: who holds a partition.
  collector: (user) =>
    service(user, ['fh.t.>', subjects.spansAll, subjects.deadLetters, subjects.collectors, `_INBOX.${user}.>`]),
  analyzer: (user) =>
    service(user, [subjects.decisions, subjects.liveAll, subjects.deadLetters, `$KV.${flagsBucket}.>`]),
  console: (user) => service(user, [subjects.decisions, 'fh.t.*.command', 'fh.t.*.event', `$KV.${silencesBucket}.>`]),
};

/** The `authorization.users` of the server's configuration. */
export const natsUsers = ({ nats }: Credentials): readonly object[] =>
  Object.entries(permissions).map(([role, of]) => {
    const { user, password } = nats[role as NatsRole];
    return { user, password, permissions: of(user) };
  });
