// One page, as each kind of receiver wants it.
import { alertmanager } from './posts/alertmanager.ts';
import { dingtalk, feishu, slack, wecom } from './posts/chat.ts';
import { email } from './posts/email.ts';
import { pagerduty } from './posts/pagerduty.ts';
import type { Mail, Post, PostParts, Receiver, ReceiverOf } from './posts/post.ts';
import { webhook } from './posts/webhook.ts';

export type { About, Mail, Post, PostParts, Receiver, Secret } from './posts/post.ts';

/** Receivers that are told over HTTP. */
export type PostedTo = Exclude<Receiver, ReceiverOf<'email'>>;

/** The request, or the mail, that tells a receiver about an incident; throws MissingSecret where a secret of it is not set. */
export const pageFor = (parts: PostParts): Post | Mail => {
  const { receiver } = parts;
  return receiver.type === 'email' ? email({ ...parts, receiver }) : postFor({ ...parts, receiver });
};

export const postFor = (parts: PostParts<PostedTo>): Post => {
  const { receiver } = parts;
  switch (receiver.type) {
    case 'pagerduty':
      return pagerduty({ ...parts, receiver });
    case 'webhook':
      return webhook({ ...parts, receiver });
    case 'alertmanager':
      return alertmanager({ ...parts, receiver });
    case 'dingtalk':
      return dingtalk({ ...parts, receiver });
    case 'feishu':
      return feishu({ ...parts, receiver });
    case 'wecom':
      return wecom({ ...parts, receiver });
    case 'slack':
      return slack({ ...parts, receiver });
  }
};
