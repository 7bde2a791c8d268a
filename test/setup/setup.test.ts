import { chmodSync, cpSync, existsSync, readFileSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { execa } from 'execa';
import { exitCodes } from '../../src/cluster/failure.js';
import { importScript, makeTree } from './tree.js';

/** Stands for the compiler: says that it ran, and writes what the real one would. */
const COMPILER = `#!/usr/bin/env node
const { cpSync, appendFileSync, existsSync } = require('node:fs');
appendFileSync('compiler.log', 'ran\\n');
if (existsSync('broken')) process.exit(2);
cpSync('src/cli/main.ts', 'dist/src/cli/main.js');
`;

const MAIN = 'export const main = async (argv) => { console.log(JSON.stringify(argv)); process.exitCode = 7; };\n';

/** A fresh clone of a project as small as can be, with our real scripts and one local package. */
function makeClone(t: ExecutionContext): string {
  const compiler = { name: 'typescript', version: '1.0.0' };
  const project = { name: 'small', version: '1.0.0', type: 'module', dependencies: { typescript: 'file:compiler' } };
  const root = makeTree(t, {
    'package.json': JSON.stringify(project),
    'package-lock.json': JSON.stringify({
      ...{ name: 'small', version: '1.0.0', lockfileVersion: 3, requires: true },
      packages: {
        '': project,
        compiler: compiler,
        'node_modules/typescript': { resolved: 'compiler', link: true },
      },
    }),
    'compiler/package.json': JSON.stringify(compiler),
    'compiler/bin/tsc': COMPILER,
    'tsconfig.json': '{}',
    'src/cli/main.ts': MAIN,
  });
  cpSync('scripts', join(root, 'scripts'), { recursive: true });
  // The bundler is a package of the real project; without a bundle the build itself runs.
  writeFileSync(join(root, 'scripts/setup/bundle.mjs'), '');
  return root;
}

/** Runs a script of the clone. npm must not look for anything on a network. */
const run = (root: string, script: string, ...args: string[]) =>
  execa(join(root, 'scripts', script), args, {
    ...{ cwd: root, reject: false },
    env: { npm_config_offline: 'true', npm_execpath: '' },
  });

const setUp = (root: string) =>
  execa('node', ['scripts/setup.mjs'], {
    ...{ cwd: root, reject: false },
    env: { npm_config_offline: 'true', npm_execpath: '' },
  });

const compilerRuns = (root: string) => readFileSync(join(root, 'compiler.log'), 'utf8').split('\n').length - 1;

test('a fresh clone is installed and built, and the next time nothing is done or said', async (t) => {
  const root = makeClone(t);
  const first = await setUp(root);
  t.is(first.exitCode, 0, first.stderr);
  t.regex(first.stderr, /installing npm packages/);
  t.is(first.stdout, '');
  t.is(compilerRuns(root), 1);

  const second = await setUp(root);
  t.is(`${second.stdout}${second.stderr}`, '');
  t.is(compilerRuns(root), 1);
});

test('a changed source is built again, and what a removed source left behind goes', async (t) => {
  const root = makeClone(t);
  await setUp(root);
  writeFileSync(join(root, 'dist', 'src', 'old.js'), '');
  utimesSync(join(root, 'src/cli/main.ts'), 1, 1);
  await setUp(root);
  t.is(compilerRuns(root), 2);
  t.false(existsSync(join(root, 'dist', 'src', 'old.js')));
  t.true(existsSync(join(root, 'dist', 'src', 'cli', 'main.js')));
});

test('a failed build ends with 1 and is tried again the next time', async (t) => {
  const root = makeClone(t);
  writeFileSync(join(root, 'broken'), '');
  const failed = await setUp(root);
  t.is(failed.exitCode, 1);
  t.regex(failed.stderr, /the build failed/);
  rmSync(join(root, 'broken'));
  t.is((await setUp(root)).exitCode, 0);
});

test('an interrupted installation is done again', async (t) => {
  const root = makeClone(t);
  await setUp(root);
  rmSync(join(root, 'node_modules', '.kubewire-installed'));
  rmSync(join(root, 'node_modules', '.package-lock.json'));
  const again = await setUp(root);
  t.is(again.exitCode, 0, again.stderr);
  t.regex(again.stderr, /installing npm packages/);
});

test('packages that somebody installed by hand are taken as they are', async (t) => {
  const root = makeClone(t);
  await setUp(root);
  rmSync(join(root, 'node_modules', '.kubewire-installed'));
  t.is((await setUp(root)).stderr, '');
});

test('a changed lock file installs again', async (t) => {
  const root = makeClone(t);
  await setUp(root);
  const lock = join(root, 'package-lock.json');
  writeFileSync(lock, `${readFileSync(lock, 'utf8')}\n`);
  rmSync(join(root, 'node_modules', '.package-lock.json'));
  t.regex((await setUp(root)).stderr, /installing npm packages/);
});

test('a clone that cannot be written and is not ready says who has to run what', async (t) => {
  const root = makeClone(t);
  writeFileSync(join(root, 'dist'), ''); // a file where the folder should be stops root too
  const { exitCode, stderr } = await setUp(root);
  t.is(exitCode, 11);
  t.regex(stderr, /cannot be written: run npm run lab once as its owner/);
});

test('a lock left by a process that is gone is taken over', async (t) => {
  const root = makeClone(t);
  await setUp(root);
  utimesSync(join(root, 'src/cli/main.ts'), 1, 1);
  writeFileSync(join(root, 'dist', '.setup-lock'), '4194305'); // above the kernel's highest pid
  t.is((await setUp(root)).exitCode, 0);
  t.false(existsSync(join(root, 'dist', '.setup-lock')));
});

test('the executable works through a link, passes arguments and the exit code, and builds only when there is no build', async (t) => {
  const root = makeClone(t);
  symlinkSync(join(root, 'scripts', 'lab'), join(root, 'link'));
  const first = await run(root, '../link', 'exec', 'host', '--', 'true');
  t.is(first.stdout, '["exec","host","--","true"]');
  t.is(first.exitCode, 7);
  utimesSync(join(root, 'src/cli/main.ts'), 1, 1);
  const second = await run(root, 'lab', 'status');
  t.is(second.stdout, '["status"]');
  t.is(compilerRuns(root), 1);
});

test('npm run lab passes its arguments on, and notices a stale build', async (t) => {
  const root = makeClone(t);
  await setUp(root);
  utimesSync(join(root, 'src/cli/main.ts'), 1, 1);
  const { stdout, exitCode } = await execa('node', ['scripts/npm-lab.mjs', 'up', '--seed', '7'], {
    ...{ cwd: root, reject: false },
  });
  t.is(stdout, '["up","--seed","7"]');
  t.is(exitCode, 7);
  t.is(compilerRuns(root), 2);
});

test('a missing tool stops the set-up with the line to run and its own exit code', async (t) => {
  const root = makeClone(t);
  await setUp(root);
  const path = join(root, 'scripts', 'provision');
  const text = readFileSync(path, 'utf8').replace('required   curl ', 'required   no-such-tool ');
  writeFileSync(path, text.replace('can_install() {', 'can_install() { return 1;'));
  const { exitCode, stderr } = await setUp(root);
  t.is(exitCode, 10);
  t.regex(stderr, /missing: no-such-tool \(package curl\): the client of every lesson/);
  t.regex(stderr, /apt-get install --yes --no-install-recommends curl\n/);
});

test('provision finds tools in the folders that an ordinary PATH lacks', async (t) => {
  const { exitCode, stderr } = await execa('/bin/sh', ['scripts/provision', '--check'], {
    ...{ env: { PATH: '/usr/bin:/bin' }, extendEnv: false, reject: false },
  });
  t.is(exitCode, 0, stderr);
});

test('provision refuses an option that it does not know and shows its usage', async (t) => {
  const { exitCode, stderr } = await execa('/bin/sh', ['scripts/provision', '--remove'], { reject: false });
  t.is(exitCode, 2);
  t.regex(stderr, /^scripts\/provision --check /m);
});

interface Tools {
  readToolTable(text: string): { need: string; command: string; package: string; purpose: string }[];
  missingTools(table: { command: string }[], path: string, systemFolders: string[]): { command: string }[];
}

test('every line of the tool table has a need, a command, a package and a purpose', async (t) => {
  const { readToolTable } = await importScript<Tools>('setup/tools.mjs');
  const table = readToolTable(readFileSync('scripts/provision', 'utf8'));
  t.true(table.length > 15);
  for (const row of table) {
    t.true(['required', 'tested', 'optional', 'ebpf', 'umlnft'].includes(row.need), row.command);
    t.regex(row.package, /^[a-z0-9-]+$/);
    t.true(row.purpose.length > 10, row.command);
  }
});

test('a tool is missing when no folder has it, or the file is not executable', async (t) => {
  const { missingTools } = await importScript<Tools>('setup/tools.mjs');
  const root = makeTree(t, { 'bin/one': '', 'sbin/two': '', 'sbin/three': '' });
  for (const path of ['bin/one', 'sbin/two']) chmodSync(join(root, path), 0o755);
  const table = ['one', 'two', 'three', 'four'].map((command) => ({ command }));
  const missing = missingTools(table, join(root, 'bin'), [join(root, 'sbin')]);
  t.deepEqual(
    missing.map((it) => it.command),
    ['three', 'four'],
  );
});

interface Dependencies {
  recordMatchesLock(lock: object, record: object): boolean;
}

test('the installed packages match the lock when everything for this machine is there in its version', async (t) => {
  const { recordMatchesLock } = await importScript<Dependencies>('setup/dependencies.mjs');
  const lock = {
    packages: {
      '': {},
      'node_modules/a': { version: '1.0.0' },
      'node_modules/b': { version: '1.0.0', os: ['plan9'] },
      'node_modules/c': { version: '1.0.0', os: [`!${process.platform}`] },
    },
  };
  t.true(recordMatchesLock(lock, { packages: { 'node_modules/a': { version: '1.0.0' } } }));
  t.false(recordMatchesLock(lock, { packages: { 'node_modules/a': { version: '1.0.1' } } }));
  t.false(recordMatchesLock(lock, { packages: {} }));
});

interface ExitCodes {
  EXIT: Record<string, number>;
}

test('scripts end with the exit codes of the command line', async (t) => {
  const { EXIT } = await importScript<ExitCodes>('setup/exit-codes.mjs');
  t.like(exitCodes, EXIT);
});

interface Setup {
  checkNode(version: string): void;
}

test('a Node that is too old is named with what is needed', async (t) => {
  const { checkNode } = await importScript<Setup>('setup.mjs');
  for (const version of ['20.19.0', '20.20.2', '22.0.0']) t.notThrows(() => checkNode(version));
  for (const version of ['18.20.4', '20.18.3']) {
    t.throws(() => checkNode(version), { message: /too old: 20.19 or newer/ });
  }
});
