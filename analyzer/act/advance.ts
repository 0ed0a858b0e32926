// How one action moves on by itself: a pure function of its state and what is measured, over the contract's state machine.
import { type ActionState, type ActionView, type Bilingual, limits, type PlaybookRule } from '@fenghuo/rules/contract';

/** What is measured at the moment an action is looked at. */
export type Observation = {
  readonly nowMs: number;
  /** Stream time at which it came into its state. */
  readonly sinceMs: number;
  /** Whether the KPI that was promised is back: judged on figures since the value took effect; undefined while there are too few. */
  readonly kpiBack: boolean | undefined;
  /** For how long the cause's own figures have been healthy, ms. */
  readonly causeHealthyMs: number;
  /** The incident is closed or its cause is now another one: nothing is left that the action is for. */
  readonly isPointless: boolean;
};
export type Move = { readonly to: ActionState; readonly why: Bilingual };

/** An agent answers within a beat; one that has not by then is not there. */
export const answerMsMax = 5_000;
const approvalMsMax = 600_000;

/** Whether its lease must be renewed in this state. */
export const isHolding = (state: ActionState): boolean =>
  state === 'applying' || state === 'applied' || state === 'verified';

/** For a reason: `1.5 s`. */
export const seconds = (ms: number): string => `${Math.round(ms / 100) / 10} s`;

/** The next state and why, or undefined while there is nothing to do but wait. Every state but the final ones is left in bounded time. */
export const advance = (view: ActionView, rule: PlaybookRule, seen: Observation): Move | undefined => {
  const waitedMs = seen.nowMs - seen.sinceMs;
  switch (view.state) {
    case 'planned':
    case 'awaiting_approval':
      if (seen.isPointless) return refused('there is nothing left to act upon', '已无需处置');
      if (waitedMs > approvalMsMax) return refused(`nobody approved within ${seconds(approvalMsMax)}`, '审批超时');
      return undefined;
    case 'applying':
      if (waitedMs <= answerMsMax) return undefined;
      return undo(
        `${view.target} did not confirm ${view.flag} within ${seconds(answerMsMax)}`,
        `${view.target} 未确认 ${view.flag}`,
      );
    case 'applied':
      if (seen.isPointless) return undo('there is nothing left to act upon', '已无需处置');
      if (seen.kpiBack === true && (!rule.verify.causeHealthy || seen.causeHealthyMs > 0))
        return { to: 'verified', why: verifiedWhy(rule, view.cause) };
      if (waitedMs <= rule.verify.within) return undefined;
      return seen.kpiBack === true
        ? undo(
            `${view.cause} was not measured healthy within ${seconds(rule.verify.within)}`,
            `${view.cause} 在 ${seconds(rule.verify.within)} 内未实测恢复`,
          )
        : undo(
            `${rule.verify.kpi} did not come back within ${seconds(rule.verify.within)}`,
            `${rule.verify.kpi} 在 ${seconds(rule.verify.within)} 内未恢复`,
          );
    case 'verified':
      if (seen.isPointless) return undo('there is nothing left to act upon', '已无需处置');
      if (seen.causeHealthyMs < rule.undo.afterHealthy) return undefined;
      return undo(
        `${view.cause} has been measured healthy for ${seconds(seen.causeHealthyMs)}`,
        `${view.cause} 实测健康已 ${seconds(seen.causeHealthyMs)}`,
      );
    case 'undoing':
      // Whatever the agent heard, a lease that nobody renews is over by now.
      if (waitedMs <= view.leaseMs + answerMsMax) return undefined;
      return { to: 'expired', why: { en: 'its lease ran out', zh: '租约到期' } };
    default:
      return undefined;
  }
};

const verifiedWhy = ({ verify }: PlaybookRule, cause: string): Bilingual =>
  verify.causeHealthy
    ? {
        en: `${verify.kpi} is as promised, and ${cause} is measured healthy`,
        zh: `${verify.kpi} 符合预期，且 ${cause} 实测恢复`,
      }
    : { en: `${verify.kpi} came back as promised`, zh: `${verify.kpi} 已按预期恢复` };
const refused = (en: string, zh: string): Move => ({ to: 'refused', why: { en, zh } });
const undo = (en: string, zh: string): Move => ({ to: 'undoing', why: { en, zh } });

if (answerMsMax < limits.leaseMsMin) throw new Error('act: an answer is awaited for at least the shortest lease');
