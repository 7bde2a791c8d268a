/**
 * The build: TypeScript to `dist/`, and from there bundles for a fast start to `bundle/`, only when a source changed.
 *
 * The check compares one digest of every source's path, size and time of change with the digest of the last good build.
 * It takes a few milliseconds. The stamp goes before the compiler starts and comes back only after it succeeded.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { EXIT, SetupError } from './exit-codes.mjs';

/** Folders that tsconfig.json includes. */
export const SOURCE_FOLDERS = ['src', 'test', 'bench'];

const stampPath = (root) => join(root, 'dist', '.built-from');

function filesUnder(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
}

const isCompiled = (path) => path.endsWith('.ts') || path.endsWith('.json');

/** One line a file; sorted, so that the order in which a disk lists them does not matter. */
export function sourceDigest(root) {
  const sources = SOURCE_FOLDERS.flatMap((folder) => filesUnder(join(root, folder))).filter(isCompiled);
  const all = [...sources, join(root, 'tsconfig.json'), join(root, 'package-lock.json')];
  const lines = all.map((path) => {
    const { size, mtimeMs } = statSync(path);
    return `${relative(root, path)} ${size} ${Math.floor(mtimeMs)}`;
  });
  return createHash('sha256').update(lines.sort().join('\n')).digest('hex');
}

export function buildReady(root) {
  try {
    return readFileSync(stampPath(root), 'utf8') === sourceDigest(root);
  } catch {
    return false;
  }
}

/** What was compiled from sources that are gone, old tests above all, must not run any more. */
export function removeOrphans(root) {
  for (const folder of SOURCE_FOLDERS) {
    for (const path of filesUnder(join(root, 'dist', folder))) {
      const source = join(root, relative(join(root, 'dist'), path)).replace(/\.js(\.map)?$/, '.ts');
      if (/\.js(\.map)?$/.test(path) && !existsSync(source)) rmSync(path);
    }
  }
}

export function build(root) {
  mkdirSync(join(root, 'dist'), { recursive: true });
  rmSync(stampPath(root), { force: true });
  const digest = sourceDigest(root);
  removeOrphans(root);
  const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const { status, error } = spawnSync(process.execPath, [compiler, '-p', '.'], { cwd: root, stdio: ['ignore', 2, 2] });
  if (error) throw new SetupError(`the TypeScript compiler does not start: ${error.message}`);
  if (status !== 0) throw new SetupError('the build failed; the compiler says where above', EXIT.failure);
  const bundler = join(root, 'scripts', 'setup', 'bundle.mjs');
  const bundled = spawnSync(process.execPath, [bundler], { cwd: root, stdio: ['ignore', 2, 2] });
  if (bundled.status !== 0) throw new SetupError('the bundle failed; the bundler says where above', EXIT.failure);
  writeFileSync(stampPath(root), digest);
}
