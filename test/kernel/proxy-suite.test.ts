/** The same behaviour suite as the virtual walks run, with real packets. */
import test from 'ava';
import { runInLab } from './in-lab.js';

interface Result {
  cases: number;
  wrong: string[];
}

/** Why eBPF cannot run here. */
interface Refused {
  kind: string;
  message: string;
}

for (const mode of ['iptables', 'nftables', 'userspace']) {
  test.serial(`${mode} rules do in the kernel what the walk says`, async (t) => {
    const { cases, wrong } = await runInLab<Result>(`proxy-${mode}`);
    t.true(cases > 40);
    t.deepEqual(wrong, []);
  });
}

test.serial('in front of iptables rules, ClusterIPs resolved at the socket lead to the same pods', async (t) => {
  const asOurselves = process.getuid?.() === 0;
  const result = await runInLab<Result | Refused>('proxy-socket-lb', { asOurselves });
  if ('kind' in result) {
    const reasons = asOurselves ? ['missingTool', 'missingKernelFeature'] : ['noPrivileges'];
    return t.true(reasons.includes(result.kind), result.message);
  }
  t.true(result.cases > 40);
  t.deepEqual(result.wrong, []);
});
