// A sentence for metrics that the catalogue lacks: their names come from the kernel, and another kernel may have further ones.
const families: readonly (readonly [words: RegExp, meaning: (word: string) => string])[] = [
  [/^system\.linux\.network\.tcp_ext\.(.*)$/, (w) => `TCP extension counter of /proc/net/netstat: ${w}`],
  [/^system\.linux\.network\.(\w+\..*)$/, (w) => `Protocol counter of /proc/net/snmp or netstat: ${w}`],
  [/^system\.linux\.sockets\.(.*)$/, (w) => `Sockets as /proc/net/sockstat counts them: ${w}`],
  [/^system\.linux\.memory\.(.*)$/, (w) => `Memory as /proc/meminfo tells it: ${w}`],
  [/^system\.linux\.vm\.(.*)$/, (w) => `Memory management counter of /proc/vmstat: ${w}`],
  [/^container\.linux\.memory\.events\.(.*)$/, (w) => `Memory event of the agent's control group: ${w}`],
];

/** What a metric of the agent tells, in English; the words of its name where no family fits. */
export const meaningOf = (metric: string): string => {
  for (const [words, meaning] of families) {
    const match = words.exec(metric);
    if (match !== null) return meaning((match[1] ?? '').replace(/[._]/g, ' '));
  }
  return metric.replace(/[._]/g, ' ');
};
