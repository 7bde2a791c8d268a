import { readdirSync, readFileSync } from 'node:fs';
import test from 'ava';
import { execa } from 'execa';
import { importScript, makeTree } from './tree.js';

interface Broken {
  path: string;
  line: number;
  law: string;
  message: string;
}

interface Laws {
  LAWS: ((files: unknown[]) => Broken[])[];
}

interface Tree {
  readTree(root: string, folders: string[]): unknown[];
}

interface Table {
  FOLDERS: Record<string, string>;
}

/** What the laws say about a tree of these files, as check-laws.mjs prints it. */
async function brokenLaws(root: string): Promise<string[]> {
  const { LAWS } = await importScript<Laws>('laws/rules.mjs');
  const { readTree } = await importScript<Tree>('laws/tree.mjs');
  const files = readTree(root, ['src', 'test']);
  return LAWS.flatMap((law) => law(files)).map((it) => `${it.path}:${it.line} ${it.law}: ${it.message}`);
}

const isCaught = test.macro({
  async exec(t, files: Record<string, string>, expected: string) {
    t.deepEqual(await brokenLaws(makeTree(t, files)), [expected]);
  },
  title: (law) => `the laws catch ${law}`,
});

const isAllowed = test.macro({
  async exec(t, files: Record<string, string>) {
    t.deepEqual(await brokenLaws(makeTree(t, files)), []);
  },
  title: (what) => `the laws allow ${what}`,
});

test(
  'a pure folder that imports an effect',
  isCaught,
  { 'src/model/a.ts': "import { b } from '../kernel/b.js';\n", 'src/kernel/b.ts': 'export const b = 1;\n' },
  'src/model/a.ts:1 direction: pure code imports base code (src/kernel/b.ts); turn it round or pass it in',
);
test(
  'an effect that imports a type of the edge',
  isCaught,
  { 'src/node/a.ts': "\nimport type { B } from '../cli/b.js';\n", 'src/cli/b.ts': 'export type B = 1;\n' },
  'src/node/a.ts:2 direction: effects code imports edge code (src/cli/b.ts); turn it round or pass it in',
);
test(
  'an engine that imports another engine',
  isCaught,
  { 'src/proxy/ipvs/a.ts': "export * from '../iptables/b.js';\n", 'src/proxy/iptables/b.ts': 'export const b = 1;\n' },
  'src/proxy/ipvs/a.ts:1 engines: proxy/ipvs imports proxy/iptables; engines share only what is outside both',
);
test(
  'a pure folder that reads files',
  isCaught,
  { 'src/dns/a.ts': "import { readFileSync } from 'node:fs';\n" },
  'src/dns/a.ts:1 purity: a pure folder imports node:fs',
);
test(
  'a module of Node without its prefix',
  isCaught,
  { 'src/dns/a.ts': "import { readFileSync } from 'fs';\n" },
  'src/dns/a.ts:1 prefix: write node:fs',
);
test(
  'a process started outside kernel/',
  isCaught,
  { 'src/kubelet/a.ts': "const { execa } = await import('execa');\n" },
  'src/kubelet/a.ts:1 kernel: execa belongs to kernel/; call what kernel/ offers',
);
test(
  'a clock read outside world/, in a template too',
  isCaught,
  { 'src/node/a.ts': `export const a = () => \`at \${ { b: Date.now() }.b }\`;\n` },
  'src/node/a.ts:1 world: Date.now belongs to world/; take a clock or a seed as a parameter',
);
test(
  'a timer module outside world/',
  isCaught,
  { 'src/node/a.ts': "import { scheduler } from 'node:timers/promises';\n" },
  'src/node/a.ts:1 world: node:timers/promises belongs to world/',
);
test(
  'an import cycle',
  isCaught,
  { 'src/api/a.ts': "import './b.js';\n", 'src/api/b.ts': "import type { A } from './a.js';\n" },
  'src/api/a.ts:1 cycles: import cycle: src/api/a.ts → src/api/b.ts → src/api/a.ts',
);
test(
  'a drawer',
  isCaught,
  { 'src/api/utils/a.ts': 'export const a = 1;\n' },
  'src/api/utils/a.ts:1 names: nothing is called utils: name it after what it does',
);
test(
  'a folder that is not in the table',
  isCaught,
  { 'src/stuff/a.ts': 'export const a = 1;\n' },
  'src/stuff/a.ts:1 folders: src/stuff is not in scripts/laws/table.mjs',
);
test(
  'a file of more than 500 lines',
  isCaught,
  { 'src/api/a.ts': 'export {};\n'.repeat(501) },
  'src/api/a.ts:1 length: 501 lines; 500 is the limit',
);
test(
  'unfinished work',
  isCaught,
  { 'src/api/a.ts': `export {};\n// ${'TO'}DO later\n` },
  'src/api/a.ts:2 finished: finish it, or open an issue',
);
test(
  'a test that is switched off',
  isCaught,
  { 'test/api/a.test.ts': `test.${'skip'}('x', () => {});\n` },
  `test/api/a.test.ts:1 finished: test.${'skip'} switches tests off`,
);

test('words of the world in comments, texts and patterns', isAllowed, {
  'src/api/a.ts': `// Date.now\nexport const a = 'Date.now'; /* setTimeout */\nexport const b = /"Math.random/.test(\`Date.now\`);\n`,
});
test('a contract imported as a type from below', isAllowed, {
  'src/api/a.ts': "import type { Clock } from '../world/contract.js';\nexport type A = Clock;\n",
  'src/world/contract.ts': 'export interface Clock {}\n',
});
test('an engine that imports what all engines share', isAllowed, {
  'src/proxy/ipvs/a.ts': "import { b } from '../xtables/chains.js';\nexport const a = b;\n",
  'src/proxy/xtables/chains.ts': 'export const b = 1;\n',
});
test('hashing in a pure folder, and a date made from a number', isAllowed, {
  'src/api/a.ts': "import { createHash } from 'node:crypto';\nexport const a = [createHash, new Date(0)];\n",
});

const check = (root: string) => execa('node', ['scripts/check-laws.mjs', root], { reject: false });

test('the check prints what is broken, with its place, and ends with 1', async (t) => {
  const { exitCode, stderr } = await check(makeTree(t, { 'src/api/utils.ts': 'export {};\n' }));
  t.is(exitCode, 1);
  t.regex(stderr, /^src\/api\/utils\.ts:1 names: .*\n1 broken law; docs\/architecture\.md/);
});

test('a long file is only warned about', async (t) => {
  const { exitCode, stderr } = await check(makeTree(t, { 'src/api/a.ts': 'export {};\n'.repeat(301) }));
  t.is(exitCode, 0);
  t.is(stderr, 'src/api/a.ts:1 warning: 301 lines; 300 is the limit');
});

test('every folder of src/ is in the table of the laws and in docs/architecture.md', async (t) => {
  const { FOLDERS } = await importScript<Table>('laws/table.mjs');
  const page = readFileSync('docs/architecture.md', 'utf8');
  const documented = [...page.matchAll(/^\| `(\w+)\/` \| (\w+)/gm)].map(([, folder, kind]) => [folder, kind]);
  t.deepEqual(Object.fromEntries(documented), FOLDERS);
  const folders = readdirSync('src', { withFileTypes: true }).filter((it) => it.isDirectory());
  for (const { name } of folders) t.true(name in FOLDERS, name);
});
