/** Reads the source tree from disk into the form that the laws take. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, posix, relative, sep } from 'node:path';
import { readImports, readSource } from './source.mjs';

const isSource = (name) => /\.(?:ts|mjs)$/.test(name) && !name.endsWith('.d.ts');

function pathsUnder(root, folder) {
  if (!existsSync(join(root, folder))) return [];
  return readdirSync(join(root, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && isSource(entry.name))
    .map((entry) =>
      relative(root, join(entry.parentPath ?? entry.path, entry.name))
        .split(sep)
        .join('/'),
    )
    .sort();
}

/** The file of the tree that a relative import leads to; NodeNext writes .js for what is .ts. */
function resolveTarget(path, specifier, known) {
  if (!specifier.startsWith('.')) return undefined;
  const target = posix.join(posix.dirname(path), specifier);
  return [target, target.replace(/\.js$/, '.ts')].find((it) => known.has(it));
}

function readFile(root, path, known) {
  const text = readFileSync(join(root, path), 'utf8');
  const { code, comments } = readSource(text);
  const imports = readImports(text, code).map((it) => ({ ...it, target: resolveTarget(path, it.specifier, known) }));
  return { path, text, code, comments, imports };
}

/** @param {string[]} folders top-level folders to read */
export function readTree(root, folders) {
  const paths = folders.flatMap((folder) => pathsUnder(root, folder));
  const known = new Set(paths);
  return paths.map((path) => readFile(root, path, known));
}
