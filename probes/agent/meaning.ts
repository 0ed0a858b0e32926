// One English sentence for each metric name, by its family; families whose names come from the kernel keep its word.
const families: readonly (readonly [words: RegExp, meaning: (word: string) => string])[] = [
  [/^system\.cpu\.time$/, () => 'Processor time by mode, all processors together'],
  [/^system\.cpu\.utilization$/, () => 'Share of processor time that was not idle'],
  [/^system\.linux\.cpu\.load_average\.(.*)$/, (w) => `Tasks that ran or waited, average over ${w}`],
  [/^system\.linux\.pressure\.(.*)\.ratio$/, (w) => `Share of the last 10 s in which tasks stalled: ${w}`],
  [/^system\.linux\.pressure\.(.*)\.time$/, (w) => `Time in which tasks stalled: ${w}`],
  [/^system\.linux\.network\.tcp_ext\.(.*)$/, (w) => `TCP extension counter of /proc/net/netstat: ${w}`],
  [/^system\.linux\.network\.(\w+\..*)$/, (w) => `Protocol counter of /proc/net/snmp or netstat: ${w}`],
  [/^system\.linux\.sockets\.(.*)$/, (w) => `Sockets as /proc/net/sockstat counts them: ${w}`],
  [/^system\.linux\.softnet\.(.*)$/, (w) => `Packet queues of the processors: ${w}`],
  [/^system\.linux\.memory\.(.*)$/, (w) => `Memory as /proc/meminfo tells it: ${w}`],
  [/^system\.linux\.vm\.(.*)$/, (w) => `Memory management counter of /proc/vmstat: ${w}`],
  [/^system\.linux\.sched\.(.*)$/, (w) => `Scheduler, all processors together: ${w}`],
  [/^system\.linux\.(.*)$/, (w) => `Kernel figure: ${w}`],
  [/^container\.(.*)$/, (w) => `Control group of the agent: ${w}`],
  [/^system\.(.*)$/, (w) => `Host (OpenTelemetry semantic conventions): ${w}`],
];

/** What a metric of the agent tells, in English; the words of its name where no family fits. */
export const meaningOf = (metric: string): string => {
  for (const [words, meaning] of families) {
    const match = words.exec(metric);
    if (match !== null) return meaning((match[1] ?? '').replace(/[._]/g, ' '));
  }
  return metric.replace(/[._]/g, ' ');
};
