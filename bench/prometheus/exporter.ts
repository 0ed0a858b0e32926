// A target with random series: levels and counters, numbers of every kind, labels with everything that must be escaped, series that go and come back.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Exporter = { readonly address: string; readonly scrapes: () => number; stop(): Promise<void> };

/** Values that are easily lost on the way. */
const odd = ['NaN', '+Inf', '-Inf', '-0', '5e-324', '1.7976931348623157e+308', '9007199254740993', '0.1', '1e-7'];
const words = ['plain', 'with "quotes"', 'back\\slash', 'line\nbreak', '烽火', 'a=b,c{d}', ' ', 'é́'];
const escaped = (text: string): string => text.replace(/\\/g, '\\\\').replace(/"/g, '\\"').replace(/\n/g, '\\n');

type Series = { readonly name: string; readonly labels: string; value: number; readonly isCounter: boolean };

/** Serves `count` series on a free port of the loopback; each scrape sees new values. @param random 0 ≤ x < 1 */
export const startExporter = async (count: number, random: () => number): Promise<Exporter> => {
  const all = Array.from({ length: count }, (_, i): Series => {
    const isCounter = i % 3 === 0;
    return {
      name: `random_${isCounter ? 'events_total' : 'level'}_${i % 40}`.replace(/_total_(\d+)$/, '_$1_total'),
      labels: `id="${i}",word="${escaped(words[i % words.length] ?? '')}"`,
      value: Math.floor(random() * 1_000),
      isCounter,
    };
  });
  const families = [...new Set(all.map(({ name }) => name))].map((name) => all.filter((one) => one.name === name));
  let scrapes = 0;
  const server = createServer((_request, response) => {
    scrapes++;
    const lines: string[] = [];
    for (const family of families) {
      lines.push(`# TYPE ${family[0]?.name} ${family[0]?.isCounter ? 'counter' : 'gauge'}`);
      for (const one of family) {
        // One in fifty is not there this time: Prometheus then writes a stale marker.
        if (random() < 0.02) continue;
        if (one.isCounter) one.value = random() < 0.005 ? 0 : one.value + Math.floor(random() * 20);
        else one.value += random() < 0.3 ? 0 : (random() - 0.5) * 10 ** Math.floor(random() * 7 - 3);
        const value = random() < 0.01 ? odd[Math.floor(random() * odd.length)] : String(one.value);
        lines.push(`${one.name}{${one.labels}} ${value}`);
      }
    }
    response.setHeader('content-type', 'text/plain; version=0.0.4').end(`${lines.join('\n')}\n`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    scrapes: () => scrapes,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};
