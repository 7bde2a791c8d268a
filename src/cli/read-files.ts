/**
 * Reading what the user named; `-` is standard input.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { CommandFailure } from '../cluster/failure.js';
import type { ManifestText } from '../cluster/start-request.js';

const manifestName = /\.(ya?ml|json)$/;

/** All files named; a folder stands for its manifests in alphabetical order, as with kubectl. */
export function readTextFiles(names: readonly string[]): ManifestText[] {
  return names.flatMap((name) => (isFolder(name) ? manifestsIn(name).map(readTextFile) : [readTextFile(name)]));
}

export function readTextFile(name: string): ManifestText {
  try {
    return { file: name === '-' ? 'standard input' : name, text: readFileSync(name === '-' ? 0 : name, 'utf8') };
  } catch (error) {
    throw new CommandFailure('usage', `lab: cannot read ${name}: ${reasonOf(error)}`);
  }
}

function isFolder(name: string): boolean {
  return name !== '-' && (statSync(name, { throwIfNoEntry: false })?.isDirectory() ?? false);
}

function manifestsIn(folder: string): string[] {
  return readdirSync(folder)
    .filter((file) => manifestName.test(file))
    .sort()
    .map((file) => join(folder, file));
}

function reasonOf(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code;
  return code === 'ENOENT' ? 'there is no such file' : code === 'EACCES' ? 'permission denied' : String(error);
}
