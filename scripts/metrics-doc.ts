// Writes docs/metrics.md from the catalogue and the examples' own rows.
import { writeFileSync } from 'node:fs';
import { catalogFile, metricsDocument, readCatalog } from '@fenghuo/rules/metrics';

const at = (path: string): string => new URL(`../${path}`, import.meta.url).pathname;
const entries = readCatalog([catalogFile, at('examples/takeaway/catalog.yaml')]);
writeFileSync(at('docs/metrics.md'), metricsDocument(entries));
console.log(`docs/metrics.md: ${entries.length} metrics`);
