import test from 'ava';
import { runInLab } from './in-lab.js';

type Observed = Record<string, { success: boolean; output: string }>;

test('probes from a node tell success from failure in the words of a kubelet', async (t) => {
  const seen = await runInLab<Observed>('probes');
  const successes = Object.keys(seen).filter((name) => seen[name]?.success);
  t.deepEqual(successes, ['ok', 'redirect', 'tcp']);
  t.is(seen['failing']?.output, 'HTTP probe failed with statuscode: 500');
  t.is(seen['refused']?.output, 'Get "http://127.0.0.1:82/": dial tcp 127.0.0.1:82: connect: connection refused');
  t.is(
    seen['hanging']?.output,
    'Get "http://127.0.0.1:81/": context deadline exceeded (Client.Timeout exceeded while awaiting headers)',
  );
  t.is(seen['unreachable']?.output, 'dial tcp 10.9.9.9:1: connect: network is unreachable');
  t.is(seen['tcpRefused']?.output, 'dial tcp 127.0.0.1:82: connect: connection refused');
});
