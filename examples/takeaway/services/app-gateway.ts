// The customers' entry: menus and orders, after the user is known. What it does without while something is in trouble, playbooks decide.
import { setTimeout as pause } from 'node:timers/promises';
import { degrade } from '@fenghuo/probe';
import { seeded } from '../config.ts';
import { impatience } from '../lib/impatience.ts';
import { call, counter, platform, serve } from '../lib/service.ts';

/** What a customer waits for a menu; one that comes later is not looked at. */
const MENU_MS_MAX = 1_000;
/** What a menu waits for what else might taste. */
const EXTRAS_MS_MAX = 150;
/** While menus come from memory, so many are still asked for: the service is measured, the memory stays fresh. */
const TRICKLE = 0.1;
const random = seeded(platform.seed + 21);

/** What may be held back, with what it is as a rule. */
const ways = {
  /** `browsing`: whoever only looks is asked to come back later. */
  shed: () => degrade.flag('traffic.shed', 'none'),
  /** `cache`: menus as they were last. */
  menus: () => degrade.flag('menu.source', 'live'),
  /** `off`: menus without what else might taste. */
  extras: () => degrade.flag('recommendations', 'on'),
  /** `on`: who orders the same again at once is asked to wait. */
  damp: () => degrade.flag('retries.damp', 'off'),
} as const;

type Wanted = { cart?: string; user: string; merchant: string; amount: number };

serve('app-gateway', (app) => {
  for (const way of Object.values(ways)) way();
  const plain = (name: string, unit: string, what: string) => counter(name, unit, what, [{}]);
  const asked = plain('takeaway.menus.asked', '{menu}', 'menus asked for and not turned away');
  const shown = plain('takeaway.menus.shown', '{menu}', 'menus shown in time');
  const ordered = plain('takeaway.orders.asked', '{order}', 'orders asked for and not turned away');
  const accepted = plain('takeaway.orders.accepted', '{order}', 'orders accepted');
  const turned = counter('takeaway.turned.away', '{request}', 'requests turned away, by what they were', [
    { what: 'browsing' },
    { what: 'retry' },
  ]);
  const remembered = new Map<string, unknown>();
  const live = async (merchant: string): Promise<unknown> => {
    const dishes = await call('menu', 'GET', `/menus/${encodeURIComponent(merchant)}`);
    remembered.set(merchant, dishes);
    return dishes;
  };
  const menuOf = async (merchant: string): Promise<unknown> => {
    const known = ways.menus() === 'cache' ? remembered.get(merchant) : undefined;
    if (known === undefined) return live(merchant);
    if (random() < TRICKLE) void live(merchant).catch(() => undefined);
    return known;
  };
  const extrasOf = async (merchant: string): Promise<unknown> => {
    if (ways.extras() !== 'on') return [];
    const found = call('menu', 'GET', `/recommendations/${encodeURIComponent(merchant)}`).catch(() => []);
    return await Promise.race([found, pause(EXTRAS_MS_MAX, [])]);
  };
  app.get('/menu/:merchant', async (request, response) => {
    const { merchant } = request.params;
    if (ways.shed() === 'browsing') {
      turned({ what: 'browsing' });
      return void response.status(429).set('retry-after', '5').json({ error: 'orders first' });
    }
    asked({});
    const sinceMs = Date.now();
    const [dishes, extras] = await Promise.all([menuOf(merchant), extrasOf(merchant)]);
    if (Date.now() - sinceMs <= MENU_MS_MAX) shown({});
    response.json({ dishes, extras });
  });
  const again = impatience(Date.now);
  app.post('/orders', async (request, response) => {
    const { cart, user, merchant, amount } = request.body as Wanted;
    const same = `${user} ${merchant} ${amount}`;
    const waitS = ways.damp() === 'on' ? again.waitS(same) : 0;
    if (waitS > 0) {
      turned({ what: 'retry' });
      return void response.status(429).set('retry-after', String(waitS)).json({ error: 'one moment' });
    }
    ordered({});
    try {
      await call('user', 'GET', `/users/${encodeURIComponent(user)}`);
      response.status(201).json(await call('order', 'POST', '/orders', { cart, user, merchant, amount }));
      accepted({});
    } catch (error) {
      again.failed(same);
      throw error;
    }
  });
});
