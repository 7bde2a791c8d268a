import test from 'ava';
import { importScript, makeTree } from './tree.js';

interface Script {
  collect(root: string): { folder: string; path: string; sentence: string }[];
  render(differences: { folder: string; path: string; sentence: string }[]): string;
}

const sentencesOf = test.macro({
  async exec(t, source: string, expected: string[]) {
    const { collect } = await importScript<Script>('collect-differences.mjs');
    const root = makeTree(t, { 'src/node/a.ts': source });
    t.deepEqual(
      collect(root).map((it) => it.sentence),
      expected,
    );
  },
  title: (what) => `a difference is collected from ${what}`,
});

test('a line comment', sentencesOf, '// Differs: no leases.\nexport const a = 1;\n', ['no leases.']);
test('a comment behind code', sentencesOf, 'export const a = 1; // Differs: no leases.\n', ['no leases.']);
test('several line comments, to the end of the sentence', sentencesOf, '// Differs: no\n// leases.\n// More words.\n', [
  'no leases.',
]);
test('a file header', sentencesOf, '/**\n * A node.\n *\n * Differs: no\n * leases.\n * Other.\n */\n', ['no leases.']);
test('one comment with two of them', sentencesOf, '// Differs: one.\n// Differs: two\n', ['one.', 'two']);
test('no text that only looks like one', sentencesOf, "export const a = '// Differs: nothing.';\n", []);

test('the page groups by folder, in order, and links to the file', async (t) => {
  const { render } = await importScript<Script>('collect-differences.mjs');
  const page = render([
    { folder: 'node', path: 'src/node/a.ts', sentence: 'No leases.' },
    { folder: 'api', path: 'src/api/b.ts', sentence: 'no webhooks.' },
  ]);
  t.deepEqual(page.split('\n').slice(4), [
    '',
    '## api',
    '',
    '- No webhooks. ([api/b.ts](../src/api/b.ts))',
    '',
    '## node',
    '',
    '- No leases. ([node/a.ts](../src/node/a.ts))',
    '',
  ]);
});
