import test from 'ava';
import { runInLab } from './in-lab.js';

test('200 cables of one namespace can be waited for together', async (t) => {
  const { down } = await runInLab<{ down: number[] }>('link-state');
  t.deepEqual(down, []);
});
