import test from 'ava';
import { runInLab } from './in-lab.js';

interface Outcome {
  first: string[];
  second: string[];
  route: boolean;
  third: string[];
  left: string[];
}

test('a pod that cannot be wired keeps no other from it, is wired when it can be, and goes although its link has', async (t) => {
  t.deepEqual(await runInLab<Outcome>('wiring'), {
    first: ['fulfilled', 'rejected'],
    second: ['fulfilled'],
    route: true,
    third: ['fulfilled', 'fulfilled'],
    left: [],
  });
});
