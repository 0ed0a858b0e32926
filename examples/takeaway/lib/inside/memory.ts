// Memory and descriptors in trouble: a leak that makes collections long, and one wild second of open files.
import { closeSync, openSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { vulnerable } from './vulnerable.ts';

const STEP_MS = 100;
/** About what one of the kept objects occupies, and where the leak stops growing: the machine is not the target. */
const OBJECT_BYTES = 100;
const KEPT_BYTES_MAX = 1_200 * 1_024 ** 2;
const FILES = 300;
const WILD_MS = 1_000;

vulnerable('memory-leak', ({ mbps = '60' }) => {
  const perStep = Math.round((Number(mbps) * 1_024 ** 2 * STEP_MS) / 1_000 / OBJECT_BYTES);
  // Many small objects that know each other: what a collector must walk each time.
  let kept: object[][] = [];
  let bytes = 0;
  const timer = setInterval(() => {
    const made: object[] = [];
    for (let i = 0; i < perStep; i++) made.push({ i, text: `order ${i}`, before: made[i - 1] });
    if (bytes < KEPT_BYTES_MAX) {
      kept.push(made);
      bytes += perStep * OBJECT_BYTES;
    }
  }, STEP_MS);
  return () => {
    clearInterval(timer);
    kept = [];
    // What is over is over: a heap that is collected some minutes later would be trouble of its own then.
    setFlagsFromString('--expose-gc');
    runInNewContext('gc')();
  };
});

vulnerable('descriptors', () => {
  const open = Array.from({ length: FILES }, () => openSync('/dev/null', 'r'));
  const timer = setTimeout(() => {
    for (const file of open.splice(0)) closeSync(file);
  }, WILD_MS);
  return () => {
    clearTimeout(timer);
    for (const file of open.splice(0)) closeSync(file);
  };
});
