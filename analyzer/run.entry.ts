// The analyzer as a process of its own, for tests that run it beside them.
import { run } from './main.ts';

await run();
