// kind: route — who is told. Secrets are named by the environment variable that holds them, never written into a rule.
import { z } from 'zod';

const name = z.string().min(1).max(128);
const lang = z.enum(['en', 'zh']);
const severity = z.enum(['critical', 'error', 'warning', 'info']);

const webhook = z.strictObject({
  type: z.literal('webhook'),
  name,
  url: z.string(),
  /** Holds the HMAC secret. */
  secretEnv: name.optional(),
});
const pagerduty = z.strictObject({
  type: z.literal('pagerduty'),
  name,
  url: z.string().default('https://events.pagerduty.com'),
  routingKeyEnv: name,
});
/** Posts to another Alertmanager's `/api/v2/alerts`. */
const alertmanager = z.strictObject({
  type: z.literal('alertmanager'),
  name,
  url: z.string(),
  /** Holds a bearer token. */
  tokenEnv: name.optional(),
});
/** A group robot: `access_token` in the query, signed where the robot asks for it. */
const dingtalk = z.strictObject({
  type: z.literal('dingtalk'),
  name,
  url: z.string().default('https://oapi.dingtalk.com'),
  tokenEnv: name,
  secretEnv: name.optional(),
  lang: lang.default('zh'),
});
/** A custom bot: the token is the last part of its address. */
const feishu = z.strictObject({
  type: z.literal('feishu'),
  name,
  url: z.string().default('https://open.feishu.cn'),
  tokenEnv: name,
  secretEnv: name.optional(),
  lang: lang.default('zh'),
});
const wecom = z.strictObject({
  type: z.literal('wecom'),
  name,
  url: z.string().default('https://qyapi.weixin.qq.com'),
  keyEnv: name,
  lang: lang.default('zh'),
});
/** An incoming webhook; its whole address is the secret. */
const slack = z.strictObject({ type: z.literal('slack'), name, urlEnv: name, lang: lang.default('en') });
/** SMTP. With a user the connection must be encrypted: from the start (`secure`, port 465) or by STARTTLS. */
const email = z.strictObject({
  type: z.literal('email'),
  name,
  host: name,
  port: z.number().int().min(1).max(65_535).default(587),
  secure: z.boolean().default(false),
  userEnv: name.optional(),
  passwordEnv: name.optional(),
  from: z.email(),
  to: z.array(z.email()).min(1).max(50),
  lang: lang.default('zh'),
});

export const routeRule = z.strictObject({
  kind: z.literal('route'),
  receivers: z.array(
    z.discriminatedUnion('type', [webhook, pagerduty, alertmanager, dingtalk, feishu, wecom, slack, email]),
  ),
  severityMin: severity.default('warning'),
  /** A second line: told only when a clock of the incident has run out, and of its end where it was told. */
  onlyEscalations: z.boolean().optional(),
});
export type RouteRule = Readonly<z.infer<typeof routeRule>>;
