// A decision in a line or a few, as the suite's replays print them.
import type { Decision } from '@fenghuo/rules/contract';

export const told = (d: Decision): string => {
  switch (d.type) {
    case 'incident.opened':
      return `opened ${d.title.en}`;
    case 'incident.cause':
      return [
        `CAUSE ${d.cause.entity} ${d.cause.kind} ${d.cause.confidence.toFixed(2)}: ${d.cause.reason.en}`,
        ...d.ranking.map((s) => `        ${s.score.toFixed(2)} ${s.entity} ${s.metric}: ${s.why.en}`),
      ].join('\n');
    case 'action.state':
    case 'incident.state':
      return `${d.type} ${d.to}: ${d.why.en}`;
    case 'anomaly.detected':
      return `joined ${d.anomaly.caller ?? ''} ${d.anomaly.entity} ${d.anomaly.metric} ${d.anomaly.stat ?? ''} ${d.anomaly.seen} exp ${d.anomaly.expected}`;
    default:
      return d.type;
  }
};
