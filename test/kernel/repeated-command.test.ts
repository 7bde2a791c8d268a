import test from 'ava';
import { runInLab } from './in-lab.js';

test('a repeated command runs in order and in its namespace, after a failure and after its shell was ended', async (t) => {
  const { said } = await runInLab<{ said: string[] }>('repeated-command');
  t.is(said[0], 'first done');
  t.regex(said[1] ?? '', /^second: .*File exists[\s\S]*Command failed/);
  t.is(said[2], 'third done');
  t.is(said[3], 'lost: the shell that runs it was ended');
  t.is(said[4], 'fourth done');
});
