import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import test from 'ava';
import { exitCodes } from '../../src/cluster/failure.js';

const read = (path: string) => readFileSync(path, 'utf8');

/** All Markdown of the project. */
const pages = ['.', 'docs', 'docs/design', 'lab'].flatMap((folder) =>
  existsSync(folder) ? readdirSync(folder).flatMap((name) => (name.endsWith('.md') ? join(folder, name) : [])) : [],
);

for (const page of pages) {
  test(`the links of ${page} lead to files that exist`, (t) => {
    const targets = [...read(page).matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)].map(([, target]) => target as string);
    for (const target of targets.filter((it) => !/^[a-z]+:/.test(it))) {
      t.true(existsSync(join(dirname(page), target)), target);
    }
    t.pass();
  });
}

test('the npm scripts that documents mention exist', (t) => {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
  const mentioned = pages.flatMap((page) => [...read(page).matchAll(/npm run ([a-z:]+)/g)].map(([, name]) => name));
  t.true(mentioned.length > 5);
  for (const name of mentioned) t.true(name !== undefined && name in scripts, name);
});

/** First column of the command table: the words in code, without options. */
const commands = (page: string) =>
  [...read(page).matchAll(/^\| `(\w+)[^|]*\|/gm)].map(([, command]) => command as string);

test('both READMEs list the same commands', (t) => {
  t.deepEqual(commands('README.ko.md'), commands('README.md'));
  t.deepEqual(commands('README.md'), [
    ...[
      'up',
      'proxy',
      'down',
      'list',
      'exec',
      'shell',
      'kubectl',
      'socket',
      'dns',
      'arp',
      'cloud',
      'bgp',
      'router',
      'vtysh',
      'fault',
      'bench',
      'compile',
      'digest',
    ],
  ]);
});

for (const page of ['README.md', 'README.ko.md']) {
  test(`${page} names every exit code`, (t) => {
    const paragraph = read(page).match(/^\*\*(?:Exit codes|종료 코드)\*\*[\s\S]*?\n\n/m)?.[0] ?? '';
    const named = [...paragraph.matchAll(/(?<=[:·]\s+)\d+(?=\s)/g)].map(Number);
    t.deepEqual(named, [0, ...Object.values(exitCodes)]);
  });
}

test('everything that the Dockerfile copies is let into the build', (t) => {
  const copied = [...read('Dockerfile').matchAll(/^COPY (?!--from)(.+) \S+$/gm)].flatMap(([, paths]) =>
    (paths as string).split(' '),
  );
  const allowed = [...read('.dockerignore').matchAll(/^!(.+)$/gm)].map(([, path]) => path);
  t.true(copied.length > 5);
  for (const path of copied) t.true(allowed.includes(path.split('/')[0] as string), path);
});

test('the Vagrantfile and the Dockerfile install system packages from the one list', (t) => {
  for (const path of ['Vagrantfile', 'Dockerfile']) t.regex(read(path), /scripts\/provision --optional/, path);
});
