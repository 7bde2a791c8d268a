import test from 'ava';
import { takeName } from '../../src/cli/lab-name.js';

test('without --name the lab is called lab', (t) => {
  t.deepEqual(takeName(['status']), { name: 'lab', rest: ['status'] });
});

for (const argv of [
  ['--name', 'b', 'status', '-o', 'json'],
  ['status', '--name', 'b', '-o', 'json'],
  ['status', '-o', 'json', '--name=b'],
]) {
  test(`--name is taken wherever it stands: ${argv.join(' ')}`, (t) => {
    t.deepEqual(takeName(argv), { name: 'b', rest: ['status', '-o', 'json'] });
  });
}

test('what follows -- is the command’s, even a --name', (t) => {
  const { name, rest } = takeName(['exec', '--name', 'b', 'host', '--', 'docker', '--name', 'c']);
  t.is(name, 'b');
  t.deepEqual(rest, ['exec', 'host', '--', 'docker', '--name', 'c']);
});

test('what follows the command of exec is the command’s without -- too', (t) => {
  const { name, rest } = takeName(['exec', 'host', 'docker', '--name', 'c']);
  t.is(name, 'lab');
  t.deepEqual(rest, ['exec', 'host', 'docker', '--name', 'c']);
});

for (const bad of ['', 'A', 'a/b', '../x', '-a', 'a'.repeat(33)]) {
  test(`"${bad}" is no name for a lab`, (t) => {
    const error = t.throws(() => takeName(['--name', bad, 'status']), { message: /a lab's name is/ });
    t.is((error as { exitCode?: number }).exitCode, 2);
  });
}
