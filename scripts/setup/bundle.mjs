/**
 * Bundles what was built, so that a lab starts fast: loading some hundred small files costs Node a third of a cold start.
 *
 * `bundle/` mirrors `dist/`: each process' entry lies at the same path below it, so that relative URLs mean the same.
 * Whatever is missing or older than the build is not used (see scripts/lab): the bundle is never needed.
 */
import { rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

/** The entries of the lab's own processes. */
export const ENTRIES = [
  'cli/main',
  'cluster/daemon',
  'cluster/guest/keeper',
  'cluster/guest/porter',
  'cluster/mode-bench/process',
  'cluster/mode-bench/server',
  'dns/process',
  'kubelet/servers/main',
  'node/cloud/process',
  'node/speaker/main',
  'node/userspace/process',
];

/** Packages with binaries, which are found beside their own files. */
const NATIVE = ['koffi', 'netlink', 'netlink/*'];

/** Every output is below `bundle/`, however deep; bundled CommonJS asks for Node's modules by `require`. */
const BANNER = [
  "import { createRequire as kubewireRequire } from 'node:module';",
  'const require = kubewireRequire(import.meta.url);',
  "const kubewireBundle = import.meta.url.slice(0, import.meta.url.lastIndexOf('/bundle/') + 8);",
].join('\n');

/** A module that asks where it is gets the place that it would have unbundled. */
function keepPlaces(dist) {
  return {
    name: 'keep-places',
    setup(context) {
      context.onLoad({ filter: /dist\/src\/.*\.js$/ }, async ({ path }) => {
        const text = await readFile(path, 'utf8');
        const place = `(kubewireBundle + ${JSON.stringify(relative(dist, path))})`;
        return { contents: text.replaceAll('import.meta.url', place), loader: 'js' };
      });
    },
  };
}

export async function bundle(root) {
  const dist = join(root, 'dist');
  const outdir = join(root, 'bundle');
  rmSync(outdir, { recursive: true, force: true });
  await build({
    entryPoints: ENTRIES.map((entry) => join(dist, 'src', `${entry}.js`)),
    outbase: dist,
    outdir,
    bundle: true,
    splitting: true,
    chunkNames: 'chunks/[hash]',
    format: 'esm',
    platform: 'node',
    mainFields: ['module', 'main'],
    target: 'node20',
    external: NATIVE,
    plugins: [keepPlaces(dist)],
    banner: { js: BANNER },
    keepNames: true,
    legalComments: 'none',
    logLevel: 'error',
  });
  writeFileSync(join(outdir, '.complete'), '');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await bundle(fileURLToPath(new URL('../..', import.meta.url)));
}
