import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import test from 'ava';
import { importScript } from './tree.js';

/** Compiled files that a source starts as a process of their own: `new URL('./x.js', import.meta.url)`. */
function startedFiles(): string[] {
  const sources = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.ts'));
  return sources.flatMap((path) => {
    const text = readFileSync(join('src', path), 'utf8');
    const found = [...text.matchAll(/new URL\('(\.[^']*)\.js', import\.meta\.url\)/g)];
    return found.map(([, target]) => normalize(join(dirname(path), target as string)));
  });
}

test('every process of the lab is bundled', async (t) => {
  const { ENTRIES } = await importScript<{ ENTRIES: string[] }>('setup/bundle.mjs');
  const started = startedFiles();
  t.true(started.length >= 5, started.join(' '));
  for (const file of started) t.true(ENTRIES.includes(file), file);
});
