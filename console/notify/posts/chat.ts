// Chat rooms' robots. Each signs in its own way; all but Slack answer 200 also when they did not take a message, and say so in the body.
import { createHmac } from 'node:crypto';
import { z } from 'zod';
import type { Outcome } from '../deliver.ts';
import { json, needed, type Post, type PostParts, type ReceiverOf } from './post.ts';
import { type Words, words } from './words.ts';

const hmac = (key: string, text: string): string => createHmac('sha256', key).update(text).digest('base64');
const markdown = ({ title, lines, look }: Words, link: string): string =>
  [`### ${title}`, ...lines.map(([label, text]) => `**${label}**: ${text}`), `[${look}](${link})`].join('\n\n');

const answer = z.object({
  errcode: z.number().optional(),
  code: z.number().optional(),
  errmsg: z.string().optional(),
  msg: z.string().optional(),
});
const SAID_CHARS_MAX = 200;
/** Reads the code out of an answer: 0 is taken, a code of `busy` is tried again after so long, any other is a refusal. */
const judged =
  (busy: Readonly<Record<number, number>>) =>
  (body: string): Outcome => {
    const said = answer.safeParse(parsed(body));
    const code = said.data?.errcode ?? said.data?.code;
    if (code === undefined) return { is: 'again', error: 'an answer without a code', afterMs: undefined };
    if (code === 0) return { is: 'taken' };
    const error = `code ${code}: ${said.data?.errmsg ?? said.data?.msg ?? ''}`.slice(0, SAID_CHARS_MAX);
    const afterMs = busy[code];
    return afterMs === undefined ? { is: 'refused', error } : { is: 'again', error, afterMs };
  };
const parsed = (body: string): unknown => {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
};

/** Custom robot: `sign` is the HMAC, keyed with the secret, of `timestamp\nsecret`; too fast is blocked for ten minutes. */
export const dingtalk = ({
  receiver,
  incident,
  about,
  atMs,
  secret,
  link,
}: PostParts<ReceiverOf<'dingtalk'>>): Post => {
  const said = words(incident, about, receiver.lang);
  const query = new URLSearchParams({ access_token: needed(secret, receiver.tokenEnv) });
  if (receiver.secretEnv !== undefined) {
    const key = needed(secret, receiver.secretEnv);
    query.set('timestamp', String(atMs));
    query.set('sign', hmac(key, `${atMs}\n${key}`));
  }
  return {
    url: `${receiver.url}/robot/send?${query}`,
    body: JSON.stringify({ msgtype: 'markdown', markdown: { title: said.title, text: markdown(said, link) } }),
    headers: json,
    judge: judged({ [-1]: 5_000, 130101: 600_000 }),
  };
};

/** Custom bot: `sign` is the HMAC, keyed with `timestamp\nsecret`, of nothing. */
export const feishu = ({ receiver, incident, about, atMs, secret, link }: PostParts<ReceiverOf<'feishu'>>): Post => {
  const { title, lines, look } = words(incident, about, receiver.lang);
  const timestamp = String(Math.floor(atMs / 1_000));
  const key = receiver.secretEnv === undefined ? undefined : needed(secret, receiver.secretEnv);
  const content = [
    ...lines.map(([label, text]) => [{ tag: 'text', text: `${label}: ${text}` }]),
    [{ tag: 'a', text: look, href: link }],
  ];
  return {
    url: `${receiver.url}/open-apis/bot/v2/hook/${encodeURIComponent(needed(secret, receiver.tokenEnv))}`,
    body: JSON.stringify({
      ...(key === undefined ? {} : { timestamp, sign: hmac(`${timestamp}\n${key}`, '') }),
      msg_type: 'post',
      content: { post: { [receiver.lang === 'zh' ? 'zh_cn' : 'en_us']: { title, content } } },
    }),
    headers: json,
    judge: judged({ 9499: 5_000, 11232: 60_000 }),
  };
};

const WECOM_BYTES_MAX = 4_096;
/** What fits, cut at a character: a message that is too long is refused whole. */
const fitting = (text: string, bytesMax: number): string => {
  let cut = text;
  while (Buffer.byteLength(cut) > bytesMax) cut = cut.slice(0, -Math.ceil((Buffer.byteLength(cut) - bytesMax) / 4));
  return cut;
};
export const wecom = ({ receiver, incident, about, secret, link }: PostParts<ReceiverOf<'wecom'>>): Post => ({
  url: `${receiver.url}/cgi-bin/webhook/send?${new URLSearchParams({ key: needed(secret, receiver.keyEnv) })}`,
  body: JSON.stringify({
    msgtype: 'markdown',
    markdown: { content: fitting(markdown(words(incident, about, receiver.lang), link), WECOM_BYTES_MAX) },
  }),
  headers: json,
  judge: judged({ [-1]: 5_000, 45009: 60_000 }),
});

/** The three characters that Slack's own markup gives a meaning. */
const escaped = (text: string): string => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
const HEADER_CHARS_MAX = 150;

export const slack = ({ receiver, incident, about, secret, link }: PostParts<ReceiverOf<'slack'>>): Post => {
  const { title, lines, look } = words(incident, about, receiver.lang);
  const text = lines.map(([label, said]) => `*${label}*: ${escaped(said)}`).join('\n');
  return {
    url: needed(secret, receiver.urlEnv),
    body: JSON.stringify({
      text: escaped(title),
      blocks: [
        { type: 'header', text: { type: 'plain_text', text: title.slice(0, HEADER_CHARS_MAX) } },
        { type: 'section', text: { type: 'mrkdwn', text: text.slice(0, 3_000) } },
        { type: 'actions', elements: [{ type: 'button', text: { type: 'plain_text', text: look }, url: link }] },
      ],
    }),
    headers: json,
  };
};
