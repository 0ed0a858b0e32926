// A service's own metrics as Prometheus text. Small on purpose: counters and gauges are all that a service tells of itself.

export type Labels = Readonly<Record<string, string>>;
export type Counter = { add(n: number, labels?: Labels): void };
export type Gauge = { set(n: number, labels?: Labels): void };
export type SelfMetrics = {
  /** `name` as OpenTelemetry writes it (`fenghuo.collector.rows`); a counter gets the suffix `_total`. */
  counter(name: string, unit: string, meaning: string): Counter;
  gauge(name: string, unit: string, meaning: string): Gauge;
  /** Prometheus text exposition 0.0.4. */
  prometheus(): string;
};

type Family = { readonly type: 'counter' | 'gauge'; readonly help: string; readonly values: Map<string, number> };
/** Label sets a metric may have; further ones are added up under `overflow`, so a bad label cannot eat the memory. */
const labelSetsMax = 512;

/** Metrics of one service; asking twice for a name gives the same metric. */
export const createSelfMetrics = (service: string): SelfMetrics => {
  const families = new Map<string, Family>();
  const family = (name: string, type: Family['type'], unit: string, meaning: string): Family => {
    const key = `${name.replace(/[^a-zA-Z0-9_]/g, '_')}${type === 'counter' ? '_total' : ''}`;
    const known = families.get(key);
    if (known) return known;
    const made: Family = {
      type,
      help: unit === '' || unit === '1' ? meaning : `${meaning} (${unit})`,
      values: new Map(),
    };
    families.set(key, made);
    return made;
  };
  const slot = (of: Family, labels: Labels | undefined): string => {
    const text = Object.entries({ service, ...labels })
      .map(([key, value]) => `${key}="${value.replace(/[\\"\n]/g, (c) => (c === '\n' ? '\\n' : `\\${c}`))}"`)
      .join(',');
    return of.values.has(text) || of.values.size < labelSetsMax ? text : `service="${service}",overflow="true"`;
  };
  return {
    counter: (name, unit, meaning) => {
      const of = family(name, 'counter', unit, meaning);
      return {
        add: (n, labels) => {
          const at = slot(of, labels);
          of.values.set(at, (of.values.get(at) ?? 0) + n);
        },
      };
    },
    gauge: (name, unit, meaning) => {
      const of = family(name, 'gauge', unit, meaning);
      return { set: (n, labels) => void of.values.set(slot(of, labels), n) };
    },
    prometheus: () => {
      const own = family('process_resident_memory_bytes', 'gauge', 'By', 'Resident memory of the process');
      own.values.set(slot(own, undefined), process.memoryUsage.rss());
      const cpu = family('process_cpu_seconds', 'counter', 's', 'Processor time of the process');
      const used = process.cpuUsage();
      cpu.values.set(slot(cpu, undefined), (used.user + used.system) / 1e6);
      const lines: string[] = [];
      for (const [name, of] of families) {
        lines.push(`# HELP ${name} ${of.help.replace(/\n/g, ' ')}`, `# TYPE ${name} ${of.type}`);
        for (const [labels, value] of of.values) lines.push(`${name}{${labels}} ${value}`);
      }
      return `${lines.join('\n')}\n`;
    },
  };
};
