/**
 * Golden files, one a test, named after it. `UPDATE_GOLDEN=1` writes them anew.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';

/** Compares a text with its golden file; the name is the test's title as a file name. */
export type GoldenCheck = (t: ExecutionContext, text: string, extension?: string) => void;

/** The check for one folder below `test/golden`. */
export function goldenIn(area: string): GoldenCheck {
  const folder = join(process.cwd(), 'test/golden', area);
  return (t, text, extension = 'txt') => {
    const name = `${t.title.replace(/[^a-zA-Z0-9]+/g, '-').replace(/^-|-$/g, '')}.${extension}`;
    const path = join(folder, name);
    if (process.env.UPDATE_GOLDEN) {
      mkdirSync(folder, { recursive: true });
      writeFileSync(path, text);
    }
    t.is(text, readFileSync(path, 'utf8'));
  };
}
