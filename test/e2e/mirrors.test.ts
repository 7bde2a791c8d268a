import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { proxyCases } from '../proxy/cases/all.js';
import { groups, renderPage } from './mirrors.js';

const root = process.cwd();

/** Titles of tests and names of scenarios, as they stand in the sources under `test`. */
function titles(): Set<string> {
  const files = readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' });
  const sources = files.filter((file) => file.endsWith('.ts') && !file.startsWith('e2e/'));
  const found = new Set(proxyCases.map(({ name }) => name));
  for (const file of sources) {
    const text = readFileSync(join(root, 'test', file), 'utf8');
    for (const [, , title] of text.matchAll(/(?:\btest(?:\.serial)?\(|\bname:)\s*(['`])((?:(?!\1).)+)\1/g))
      found.add(title ?? '');
  }
  return found;
}

/** The titles that test/registry/type-changes.test.ts makes of its rows. */
const computed = /^\w+, patched to [^:]+: /;

test('the table has every scenario of the committed list, and no other', (t) => {
  const listed = readFileSync(join(root, 'test/e2e/upstream.txt'), 'utf8').trim().split('\n');
  const table = groups.flatMap(({ title, scenarios }) => scenarios.map(({ name }) => `${title}: ${name}`));
  t.deepEqual(table.toSorted(), listed.toSorted());
  t.is(new Set(table).size, table.length);
});

test('every scenario has mirrors that exist, or a reason', (t) => {
  const known = titles();
  for (const { scenarios } of groups) {
    for (const { name, mirroredBy, leftOut } of scenarios) {
      t.is(mirroredBy.length === 0, leftOut !== undefined, name);
      for (const mirror of mirroredBy) t.true(known.has(mirror) || computed.test(mirror), `${name}: ${mirror}`);
    }
  }
});

test('docs/design/C-e2e.md is this table', (t) => {
  const path = join(root, 'docs/design/C-e2e.md');
  if (process.env.UPDATE_GOLDEN) writeFileSync(path, renderPage());
  t.is(readFileSync(path, 'utf8'), renderPage());
});
