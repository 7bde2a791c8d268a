/** `npm run lab -- ARGS`: set-up, then `scripts/lab ARGS` in this very process. */
import { fileURLToPath } from 'node:url';
import { ensureReady, orExit } from './setup.mjs';

/** Commands that start no lab and work on any system that runs Node. */
const NEEDS_NO_TOOLS = ['compile', 'help', '--help', '-h', '--version', '-V'];

const args = process.argv.slice(2);
orExit(() => ensureReady({ tools: !args.some((arg) => NEEDS_NO_TOOLS.includes(arg)) }));
process.argv[1] = fileURLToPath(new URL('./lab', import.meta.url));
await import('./lab');
