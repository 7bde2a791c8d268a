/**
 * Golden files, one a test, named after it. `UPDATE_GOLDEN=1` writes them anew.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';

const folder = join(process.cwd(), 'test/golden/proxy');

/** Compares a text with its golden file; the name is the test's title as a file name. */
export function matchesGolden(t: ExecutionContext, text: string, extension = 'txt'): void {
  const name = `${t.title.replace(/[^a-zA-Z0-9]+/g, '-').replace(/^-|-$/g, '')}.${extension}`;
  const path = join(folder, name);
  if (process.env['UPDATE_GOLDEN']) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(path, text);
  }
  t.is(text, readFileSync(path, 'utf8'));
}
