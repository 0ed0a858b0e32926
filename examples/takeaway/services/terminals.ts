// The terminals in the merchants' shops, in three regions. One that is off prints nothing: whoever asks it waits in vain.
import { vulnerable } from '../lib/inside/vulnerable.ts';
import { meter, serve } from '../lib/service.ts';

const regions: Readonly<Record<string, number>> = { east: 40, south: 35, west: 25 };
const PRINT_MS = 5;
/** How long the gateway to the terminals tries to reach one. */
const REACH_MS_MAX = 2_000;

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
  vulnerable('terminals-offline', ({ region = 'east' }) => {
    online.set(region, 0);
    return () => void online.set(region, regions[region] ?? 0);
  });
  // A merchant's region follows from its number, as shares of the terminals do.
  const regionOf = (merchant: string): string => {
    const share = Number(merchant) % 20;
    return share < 8 ? 'east' : share < 15 ? 'south' : 'west';
  };
  app.post('/prints', (request, response) => {
    const { merchant } = request.body as { merchant: string };
    if ((online.get(regionOf(merchant)) ?? 0) > 0)
      return void setTimeout(() => response.status(201).json({ printed: true }), PRINT_MS);
    setTimeout(() => response.status(504).json({ error: 'the terminal does not answer' }), REACH_MS_MAX);
  });
});
