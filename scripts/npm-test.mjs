/**
 * `npm test`: set-up, then every check in order of what it costs, stopping at the first that fails; the tests come last, so that
 * their summary ends the output. Arguments go to ava: `npm test -- dist/test/proxy/*.test.js`.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { ensureReady, orExit, repositoryRoot } from './setup.mjs';

const inModules = (...path) => join(repositoryRoot, 'node_modules', ...path);
const script = (name) => join(repositoryRoot, 'scripts', name);

// Biome colours even a log file when the environment asks for colours.
const colors = process.stdout.isTTY ? [] : ['--colors=off'];

const checks = [
  ['format and lint', inModules('@biomejs', 'biome', 'bin', 'biome'), 'ci', ...colors, '.'],
  ['laws', script('check-laws.mjs')],
  ['differences', script('collect-differences.mjs'), '--check'],
  ['tests', inModules('ava', 'entrypoints', 'cli.mjs'), ...process.argv.slice(2)],
];

orExit(() => ensureReady({ forTests: true }));
for (const [title, ...command] of checks) {
  process.stderr.write(`kubewire: ${title} ...\n`);
  const { status } = spawnSync(process.execPath, command, { cwd: repositoryRoot, stdio: 'inherit' });
  if (status === 0) continue;
  process.exitCode = status ?? 1;
  break;
}
