/**
 * Set-up: everything that a clone needs before the command line or the tests can run, and nothing twice.
 *
 * Plain Node without a dependency, because at first nothing is installed. Three steps in order (packages, build, system
 * tools), each a cheap question and the work for the answer no. All messages go to standard error: standard output
 * belongs to the command that follows.
 */
import { dirname } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build, buildReady } from './setup/build.mjs';
import { dependenciesReady, installDependencies } from './setup/dependencies.mjs';
import { SetupError } from './setup/exit-codes.mjs';
import { offerTestTools, provideTools, toolsReady } from './setup/tools.mjs';
import { inTurn } from './setup/turn.mjs';

export const repositoryRoot = dirname(dirname(fileURLToPath(import.meta.url)));

/** package.json's `engines.node`. */
const OLDEST_NODE = [20, 19];

const say = (text) => process.stderr.write(`kubewire: ${text}\n`);

/** @throws SetupError when this Node is older than the oldest that works */
export function checkNode(version = process.versions.node) {
  const [major, minor] = version.split('.').map(Number);
  const isOld = major < OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor < OLDEST_NODE[1]);
  if (isOld) throw new SetupError(`Node.js ${version} is too old: ${OLDEST_NODE.join('.')} or newer is needed`);
}

/** What happens inside the clone, in order. */
function cloneSteps(root, forTests) {
  const needed = forTests ? ['ava', '@biomejs/biome'] : [];
  return [
    {
      title: 'installing npm packages (npm ci, once)',
      ready: () => dependenciesReady(root, needed),
      run: () => installDependencies(root),
    },
    { title: 'building', ready: () => buildReady(root), run: () => build(root) },
  ];
}

/** What happens to the machine. */
const toolStep = (root) => ({
  title: 'system tools are missing',
  ready: () => toolsReady(root, 'required'),
  run: () => provideTools(root),
});

const testToolStep = (root) => ({
  title: 'installing what some tests use',
  ready: () => process.getuid?.() !== 0 || toolsReady(root, 'tested'),
  run: () => offerTestTools(root),
});

function makeReady(steps) {
  for (const step of steps.filter((it) => !it.ready())) {
    say(`${step.title} ...`);
    step.run();
  }
}

/**
 * Makes the clone ready; returns at once when it is.
 * @param {{root?: string, forTests?: boolean, tools?: boolean}} options `tools: false` for commands that start no lab
 * @throws SetupError with the exit code to end with
 */
export function ensureReady({ root = repositoryRoot, forTests = false, tools = true } = {}) {
  checkNode();
  const steps = cloneSteps(root, forTests);
  // Each is asked again when it is our turn: whoever had it before may have done the work.
  if (!steps.every((step) => step.ready())) inTurn(root, say, () => makeReady(steps));
  if (tools) makeReady([toolStep(root), ...(forTests ? [testToolStep(root)] : [])]);
}

/** Ends the process with the message and exit code of a SetupError; anything else is a bug and shows its stack. */
export function orExit(work) {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    say(error.message);
    process.exit(error.exitCode);
  }
}

const isMain = process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href;
if (isMain) orExit(() => ensureReady());
