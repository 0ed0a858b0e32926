// One attack as a process of its own, so that what it costs its maker is not felt by the sender that is measured. Prints its answers.
import { realClock } from '@fenghuo/kit';
import { attacks } from './attacks.ts';

const [url = '', token = '', name = '', ms = '0'] = process.argv.slice(2);
const attack = attacks.find((one) => one.name === name);
if (attack === undefined) throw new Error(`no attack "${name}"`);
process.stdout.write('ready\n');
const until = realClock.monotonic() + Number(ms);
const answers = await attack.run({ url, token }, () => realClock.monotonic() < until);
process.stdout.write(`${JSON.stringify(Object.fromEntries(answers))}\n`);
process.exit(0);
