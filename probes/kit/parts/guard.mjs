// Runs one program that knows nothing of us and ends it when our parent is gone, however the parent died.
// Started with an IPC channel: `node guard.mjs <program> <argument>…`; the channel closes with the parent.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';

const [program, ...programArgs] = process.argv.slice(2);
// Should this guard itself be killed, the kernel kills the program with it.
const setpriv = ['/usr/bin/setpriv', '/bin/setpriv'].find((path) => existsSync(path));
const [command, args] = setpriv
  ? [setpriv, ['--pdeathsig', 'KILL', '--', program, ...programArgs]]
  : [program, programArgs];
const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit'] });

let stopping = false;
const stop = () => {
  if (stopping) return;
  stopping = true;
  child.kill('SIGTERM');
  setTimeout(() => child.kill('SIGKILL'), 2_500).unref();
};
process.on('disconnect', stop);
process.on('SIGTERM', stop);
process.on('SIGINT', stop);
child.on('error', (error) => {
  process.stderr.write(`guard: cannot start ${program}: ${error.message}\n`);
  process.exit(127);
});
child.on('exit', (code, signal) => process.exit(code ?? (signal ? 128 : 1)));
