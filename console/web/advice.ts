// What a person who was just woken should do now, out of what the log says: one sentence and the buttons that go with it. Pure.
import type { Anomaly, Bilingual, Recommendation } from '@fenghuo/rules/contract';
import type { IncidentDocument } from '../server/api.ts';

export type Advice = {
  /** `act`: a person is needed; `wait`: Fenghuo is at it; `calm`: customers are served; `over`: nothing is left to do. */
  readonly tone: 'act' | 'wait' | 'calm' | 'over';
  readonly text: Bilingual;
};
type Action = IncidentDocument['actions'][number];

const trying: readonly string[] = ['planned', 'applying', 'applied'];
const given: readonly string[] = ['refused', 'failed', 'expired', 'undone'];

/** The one thing that counts most comes first: a decision that waits for a person, then what is under way, then what is left to do. */
export const adviceFor = (of: IncidentDocument): Advice => {
  if (of.state === 'closed')
    return { tone: 'over', text: { en: 'It is over. Read the report.', zh: '故障已结束，请查看报告。' } };
  const asked = of.actions.find((action) => action.state === 'awaiting_approval');
  if (asked !== undefined) return decide(asked);
  const cause = of.cause?.entity;
  if (of.state === 'repaired')
    return {
      tone: 'calm',
      text: {
        en: `${cause ?? 'Everything affected'} is measured healthy again. It closes by itself once nothing stirs.`,
        zh: `${cause ?? '受影响对象'} 实测已恢复，平静后自动关闭。`,
      },
    };
  const holding = of.actions.find((action) => action.state === 'verified');
  if (holding !== undefined) return contained(of, holding);
  const tried = of.actions.find((action) => trying.includes(action.state));
  if (tried !== undefined)
    return {
      tone: 'wait',
      text: {
        en: `${tried.flag} → ${tried.value} is being tried. Whether it helps is measured within seconds: wait.`,
        zh: `正在尝试 ${tried.flag} → ${tried.value}，数秒内可测得是否有效，请稍候。`,
      },
    };
  if (cause === undefined)
    return {
      tone: 'wait',
      text: {
        en: 'Fenghuo is looking for the cause. Nothing has been changed.',
        zh: '正在定位根因，尚未做任何变更。',
      },
    };
  const ended = of.actions.findLast((action) => given.includes(action.state));
  if (of.recommendation !== null) return recommended(of.recommendation, ended);
  return ended === undefined ? byHand(of, cause) : gaveUp(cause, ended);
};

/** What the rules say a person should do, and why no machine does it; before it what was tried. */
const recommended = ({ do: said, why }: Recommendation, ended: Action | undefined): Advice => ({
  tone: 'act',
  text: {
    en: `${ended === undefined ? '' : `${ended.flag} → ${ended.value} is ${ended.state}: ${ended.why.en}. `}${said.en}. Why not by itself: ${why.en}`,
    zh: `${ended === undefined ? '' : `${ended.flag} → ${ended.value} 未生效：${ended.why.zh}。`}${said.zh}。为何不自动执行：${why.zh}`,
  },
});

const decide = (action: Action): Advice => ({
  tone: 'act',
  text: {
    en: `Your decision: ${action.target} ${action.flag} → ${action.value}. Nothing changes until you approve.`,
    zh: `需要您决定：${action.target} ${action.flag} → ${action.value}。批准前不会变更。`,
  },
});

const contained = (of: IncidentDocument, action: Action): Advice => {
  const cause = of.cause?.entity ?? '';
  const isTheirs = of.cause?.entityKind === 'third_party';
  return {
    tone: 'calm',
    text: {
      en: `Contained: ${action.target} uses ${action.value}. ${isTheirs ? `Call ${cause}` : `Repair ${cause}`}; the switch back comes by itself once it is measured healthy.`,
      zh: `已控制：${action.target} 已切换到 ${action.value}。${isTheirs ? `请联系 ${cause}` : `请修复 ${cause}`}，实测恢复后自动切回。`,
    },
  };
};

const byHand = (of: IncidentDocument, cause: string): Advice => {
  const isTheirs = of.cause?.entityKind === 'third_party';
  return {
    tone: 'act',
    text: {
      en: `No playbook covers this: it is yours. ${isTheirs ? `Call ${cause}` : `Look at ${cause}`}, and acknowledge so that others know.`,
      zh: `没有适用的预案，需要您处理。${isTheirs ? `请联系 ${cause}` : `请检查 ${cause}`}，并点击确认以告知他人。`,
    },
  };
};

const gaveUp = (cause: string, action: Action): Advice => ({
  tone: 'act',
  text: {
    en: `${action.flag} → ${action.value} is ${action.state}: ${action.why.en}. Act on ${cause} by hand.`,
    zh: `${action.flag} → ${action.value} 未生效：${action.why.zh}。请人工处理 ${cause}。`,
  },
});

/** The figure of the cause's own metric that was farthest out of its band when it was named; undefined where none stands for it alone. */
export const decisiveFigure = ({ cause, ranking }: IncidentDocument): Anomaly | undefined =>
  (ranking[0]?.evidence ?? [])
    .filter((one) => one.metric === cause?.metric && (one.seen < one.low || one.seen > one.high))
    .sort((a, b) => Math.abs(b.z) - Math.abs(a.z))[0];

/** Whether a figure that was off is so still, on the side on which it hurt: that it is less than usual now (no call waits) is well. */
export const isStillOff = ({ seen, expected, low, high }: Anomaly, now: number): boolean =>
  seen >= expected ? now > high : now < low;
