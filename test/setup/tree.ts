/** Throw-away source trees for the tests of `scripts/`. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ExecutionContext } from 'ava';

/** A folder with these files in it, gone when the test ends. */
export function makeTree(t: ExecutionContext, files: Record<string, string>): string {
  const root = mkdtempSync(join(tmpdir(), 'kubewire-tree-'));
  t.teardown(() => rmSync(root, { recursive: true, force: true }));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

/** A module of `scripts/`: plain JavaScript that is not compiled, so its shape is stated by the test that uses it. */
export async function importScript<T>(path: string): Promise<T> {
  return (await import(pathToFileURL(resolve('scripts', path)).href)) as T;
}
