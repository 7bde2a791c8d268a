/** `npm run bench -- ARGS`: set-up, then the benchmarks. Standard output is the table, or JSON with `--json`. */
import { ensureReady, orExit } from './setup.mjs';

orExit(() => ensureReady());
await import('../dist/bench/main.js');
