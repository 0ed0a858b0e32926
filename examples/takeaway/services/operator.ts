// The operations desk: it carries out restarts and holds releases back on a playbook's word, through the launcher, and only of what is on its list.
import { degrade } from '@fenghuo/probe';

/** Asked for once, so that leases on them are answered. */
for (const order of ['instance.restart', 'release.hold']) degrade.flag(order, 'none');
degrade.onChange((order, value) => void process.send?.({ order, value }));
process.send?.('ready');
process.once('disconnect', () => process.exit(0));
process.once('SIGTERM', () => process.exit(0));
// Nothing else keeps it alive where the launcher does not speak.
process.on('message', () => undefined);
