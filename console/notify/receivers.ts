// One page, as each kind of receiver wants it.
import { alertmanager } from './posts/alertmanager.ts';
import { dingtalk, feishu, slack, wecom } from './posts/chat.ts';
import { pagerduty } from './posts/pagerduty.ts';
import type { Post, PostParts } from './posts/post.ts';
import { webhook } from './posts/webhook.ts';

export type { About, Post, PostParts, Receiver, Secret } from './posts/post.ts';

/** The request that tells a receiver about an incident; throws MissingSecret where a secret of it is not set. */
export const postFor = (parts: PostParts): Post => {
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
