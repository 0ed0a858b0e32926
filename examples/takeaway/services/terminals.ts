// The terminals in the merchants' shops, in three regions.
import { meter, serve } from '../lib/service.ts';

const regions: Readonly<Record<string, number>> = { east: 40, south: 35, west: 25 };

serve('terminals', (app) => {
  const online = new Map(Object.entries(regions));
  meter
    .createObservableGauge('takeaway.terminals.online', {
      unit: '{terminal}',
      description: 'terminals that answer, by region',
    })
    .addCallback((result) => {
      for (const [region, count] of online) result.observe(count, { region });
    });
  app.post('/prints', (_request, response) => void setTimeout(() => response.status(201).json({ printed: true }), 5));
});
