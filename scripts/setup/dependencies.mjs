/**
 * The npm packages: are those of package-lock.json in node_modules, and if not, `npm ci`.
 *
 * Two things say yes: our stamp (hash of the lock file, platform), or npm's own record of what it installed
 * (`node_modules/.package-lock.json`, written by npm last), when it has every package that the lock asks for here.
 * Before `npm ci` both are removed, so that an interrupted installation never looks like a finished one.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, lstatSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EXIT, SetupError } from './exit-codes.mjs';

const platform = `${process.platform}-${process.arch}`;

const stampPath = (root) => join(root, 'node_modules', '.kubewire-installed');
const recordPath = (root) => join(root, 'node_modules', '.package-lock.json');

/** Platform included: a folder shared between a Mac and a Linux box must not run the other's binaries. */
function expectedStamp(root) {
  const lock = readFileSync(join(root, 'package-lock.json'));
  return `${createHash('sha256').update(lock).digest('hex')} ${platform}\n`;
}

function readText(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

const allows = (list, value) =>
  !list || list.includes(value) || list.some((it) => it.startsWith('!') && it !== `!${value}`);

/** Whether npm would install this entry of the lock on this machine. musl variants are left to npm's judgement. */
const isForHere = (entry) =>
  allows(entry.os, process.platform) && allows(entry.cpu, process.arch) && !entry.libc?.includes('musl');

/** Whether npm's own record has everything that the lock asks for. */
export function recordMatchesLock(lock, record) {
  return Object.entries(lock.packages)
    .filter(([path, entry]) => path.startsWith('node_modules/') && isForHere(entry))
    .every(([path, entry]) => record.packages[path]?.version === entry.version);
}

function installedByHand(root) {
  const record = readText(recordPath(root));
  const lock = readText(join(root, 'package-lock.json'));
  if (!record || !lock) return false;
  try {
    return recordMatchesLock(JSON.parse(lock), JSON.parse(record));
  } catch {
    return false;
  }
}

/** A linked node_modules belongs to somebody else's check-out: never reinstall into it. */
const isLinked = (root) => lstatSync(join(root, 'node_modules'), { throwIfNoEntry: false })?.isSymbolicLink() ?? false;

/** Writing the stamp only makes the next check faster, so an unwritable folder is no error. */
function stamp(root) {
  try {
    writeFileSync(stampPath(root), expectedStamp(root));
  } catch {}
}

/** @param {string} root @param {string[]} needed packages that must be there whatever the stamp says */
export function dependenciesReady(root, needed = []) {
  if (!needed.every((name) => existsSync(join(root, 'node_modules', name)))) return false;
  if (isLinked(root)) return true;
  if (readText(stampPath(root)) === expectedStamp(root)) return true;
  if (!installedByHand(root)) return false;
  stamp(root);
  return true;
}

/** npm as it was started (`npm_execpath` is set under `npm run`), else the one on PATH. */
function npmCommand() {
  const script = process.env.npm_execpath;
  if (script?.endsWith('.js')) return [process.execPath, [script]];
  return [process.platform === 'win32' ? 'npm.cmd' : 'npm', []];
}

/** `npm ci` from the user's cache where possible. No package needs its install script: natives come prebuilt. */
export function installDependencies(root) {
  if (isLinked(root))
    throw new SetupError(`${join(root, 'node_modules')} is a link to packages that do not fit; run npm ci there`);
  rmSync(stampPath(root), { force: true });
  rmSync(recordPath(root), { force: true });
  const [command, first] = npmCommand();
  const args = [
    ...first,
    'ci',
    '--ignore-scripts',
    '--prefer-offline',
    '--no-audit',
    '--no-fund',
    '--no-update-notifier',
    '--include=dev',
  ];
  const { status, error } = spawnSync(command, args, {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: command.endsWith('.cmd'),
  });
  if (error) throw new SetupError(`npm does not start (${error.message}); install Node.js with npm`);
  if (status !== 0)
    throw new SetupError(
      'npm ci failed; its message is above. A first run needs the network or a filled npm cache',
      EXIT.failure,
    );
  stamp(root);
}
