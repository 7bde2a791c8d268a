/**
 * Enforces the laws of docs/architecture.md on every source file. Prints `path:line law: message` for what breaks them and
 * ends with 1 then. `check-laws.mjs DIR` looks at another tree (the tests do).
 */
import { resolve } from 'node:path';
import { LAWS, lengths } from './laws/rules.mjs';
import { readTree } from './laws/tree.mjs';
import { repositoryRoot } from './setup.mjs';

const FOLDERS = ['src', 'test', 'bench', 'scripts'];

const print = ({ path, line, law, message }) => console.error(`${path}:${line} ${law}: ${message}`);

const files = readTree(resolve(process.argv[2] ?? repositoryRoot), FOLDERS);
for (const warning of lengths(files, { warn: true })) print({ ...warning, law: 'warning' });
const broken = LAWS.flatMap((law) => law(files));
broken.forEach(print);
if (broken.length > 0) {
  console.error(
    `${broken.length} broken ${broken.length === 1 ? 'law' : 'laws'}; docs/architecture.md says why they exist`,
  );
  process.exitCode = 1;
} else console.log(`${files.length} files keep the laws`);
