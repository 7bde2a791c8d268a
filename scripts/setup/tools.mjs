/**
 * System tools: the table in `scripts/provision` against this machine. Nothing is started when nothing is missing.
 * Only Linux is checked: elsewhere no lab runs, but `lab compile` and the pure tests do.
 */
import { spawnSync } from 'node:child_process';
import { accessSync, constants, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { EXIT, SetupError } from './exit-codes.mjs';

/** Folders that an ordinary user's PATH often lacks; the same as in scripts/provision. */
const SYSTEM_FOLDERS = ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'];

/** @returns {{need: string, command: string, package: string, purpose: string}[]} */
export function readToolTable(text) {
  const table = text.match(/<<'TABLE'\n([\s\S]*?)\nTABLE\n/)?.[1] ?? '';
  return table.split('\n').map((line) => {
    const [need, command, name, ...purpose] = line.split(/\s+/);
    return { need, command, package: name, purpose: purpose.join(' ') };
  });
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** @returns the rows of the table that `path` and the system folders do not have */
export function missingTools(table, path = process.env.PATH ?? '', systemFolders = SYSTEM_FOLDERS) {
  const folders = [...path.split(delimiter).filter(Boolean), ...systemFolders];
  return table.filter(({ command }) => !folders.some((folder) => isExecutable(join(folder, command))));
}

const provision = (root) => join(root, 'scripts', 'provision');

/** @param {...string} needs which rows must be there */
export function toolsReady(root, ...needs) {
  if (process.platform !== 'linux') return true;
  const table = readToolTable(readFileSync(provision(root), 'utf8'));
  return missingTools(table.filter(({ need }) => needs.includes(need))).length === 0;
}

/** What only tests use is had where it can be had; where not, they test what is said then. */
export function offerTestTools(root) {
  spawnSync('/bin/sh', [provision(root), '--tests'], { stdio: ['ignore', 2, 2] });
}

/** Installs as root on Debian and Ubuntu; otherwise prints the line to run. */
export function provideTools(root) {
  const { status } = spawnSync('/bin/sh', [provision(root)], { stdio: ['ignore', 2, 2] });
  if (status !== 0)
    throw new SetupError('system tools are missing: run the line above, then this command again', EXIT.missingTool);
}
