// A page as a mail over SMTP; the mails about one incident are one thread, and a repeat of a mail is known by its id.
import { createTransport } from 'nodemailer';
import type { Outcome } from '../deliver.ts';
import { type Mail, needed, type PostParts, type ReceiverOf } from './post.ts';
import { words } from './words.ts';

/** The server will say no to this mail whenever it sees it (RFC 5321, 4.2.1). */
const REFUSED = 500;

export const email = (parts: PostParts<ReceiverOf<'email'>>): Mail => {
  const { receiver, incident, about, key, atMs, secret, link } = parts;
  const { title, lines, look } = words(incident, about, receiver.lang);
  const auth =
    receiver.userEnv === undefined || receiver.passwordEnv === undefined
      ? undefined
      : { user: needed(secret, receiver.userEnv), pass: needed(secret, receiver.passwordEnv) };
  const domain = receiver.from.slice(receiver.from.lastIndexOf('@') + 1);
  const thread = `<page-${incident.id}-${receiver.name}-open@${domain}>`;
  const mail = {
    from: receiver.from,
    to: [...receiver.to],
    subject: title,
    text: [...lines.map(([label, text]) => `${label}: ${text}`), '', `${look}: ${link}`].join('\n'),
    date: new Date(atMs),
    messageId: `<${key}@${domain}>`,
    ...(about === 'open' ? {} : { inReplyTo: thread, references: thread }),
  };
  return {
    send: async (timeoutMs) => {
      const transport = createTransport({
        host: receiver.host,
        port: receiver.port,
        secure: receiver.secure,
        // A password is never sent in the clear.
        ...(auth === undefined ? {} : { auth, requireTLS: !receiver.secure }),
        ...{ connectionTimeout: timeoutMs, greetingTimeout: timeoutMs, socketTimeout: timeoutMs },
      });
      try {
        await transport.sendMail(mail);
        return { is: 'taken' };
      } catch (cause) {
        return judged(cause);
      } finally {
        transport.close();
      }
    },
  };
};

/** A 4xx, a lost connection or no answer may be over in a while; a 5xx will not. The text may name a user, so the log gets the code. */
const judged = (cause: unknown): Outcome => {
  const of = (name: string): unknown =>
    cause instanceof Error ? Object.getOwnPropertyDescriptor(cause, name)?.value : undefined;
  const [status, code] = [of('responseCode'), of('code')];
  if (typeof status !== 'number')
    return { is: 'again', error: typeof code === 'string' ? code : 'failed', afterMs: undefined };
  const error = `answered ${status}`;
  return status >= REFUSED ? { is: 'refused', error } : { is: 'again', error, afterMs: undefined };
};
