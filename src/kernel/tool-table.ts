/**
 * Which system tools are there, and which package each belongs to.
 */
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { toolPath } from './process.js';

/** Package by command, from the table in `scripts/provision`. */
export function readToolTable(text: string): Map<string, string> {
  const table = text.match(/<<'TABLE'\n([\s\S]*?)\nTABLE\n/)?.[1] ?? '';
  return new Map(
    table.split('\n').map((line) => {
      const [_need, command = '', name = ''] = line.split(/\s+/);
      return [command, name];
    }),
  );
}

/** Those that are neither where such tools live nor on the PATH. */
export function missingTools(tools: readonly string[]): string[] {
  const folders = toolPath().split(delimiter).filter(Boolean);
  return tools.filter((tool) => !folders.some((folder) => isExecutable(join(folder, tool))));
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
