/** The same behaviour suite as the virtual walks run, with real packets. */
import test from 'ava';
import { runInLab } from './in-lab.js';

interface Result {
  cases: number;
  wrong: string[];
}

for (const mode of ['iptables', 'nftables', 'userspace']) {
  test.serial(`${mode} rules do in the kernel what the walk says`, async (t) => {
    const { cases, wrong } = await runInLab<Result>(`proxy-${mode}`);
    t.true(cases > 40);
    t.deepEqual(wrong, []);
  });
}
