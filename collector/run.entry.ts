// The collector as a process of its own, for tests that kill it.
import { run } from './main.ts';

await run();
