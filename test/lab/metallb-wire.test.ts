/** What speakers say on the LAN, heard by a packet socket on host. */
import test, { type ExecutionContext } from 'ava';
import type { ArpFrame } from '../../src/metallb/layer2/arp.js';
import { bringUp, createTestLab, type TestLab } from './lab.js';
import { pools } from './metallb-pools.js';

interface Heard {
  at: number;
  frame: ArpFrame;
  length: number;
}

const vip = '192.168.56.128';
const mac = { node1: '02:82:90:c4:84:ff', node3: '02:e9:57:84:56:18' };
const scenario = 'dist/test/lab/arp-wire.scenario.js';

async function announced(t: ExecutionContext): Promise<TestLab> {
  const lab = createTestLab(t);
  await bringUp(t, lab, '-f', 'lab/metallb-native.yaml', 'lab/workshop/03-whoami.yaml');
  await lab.on('host', 'sh', '-c', `kubectl apply -f - <<'END'\n${pools}END`);
  await lab.on('host', 'kubectl', 'patch', 'svc', 'whoami-svc', '-p', '{"spec":{"type":"LoadBalancer"}}');
  for (let tries = 0; tries < 100; tries += 1) {
    if ((await lab.lab('arp')).stdout.includes('announcing')) return lab;
  }
  throw new Error('nobody announces');
}

/** Exit code 143: the scenario ends itself, as the read that waits for frames never does. */
async function run(lab: TestLab, ...args: string[]): Promise<unknown> {
  const { stdout } = await lab.lab('exec', 'host', '--', process.execPath, scenario, ...args);
  return JSON.parse(stdout);
}

test('requests are answered once, by the winner, field by field; broken frames leave the speaker working', async (t) => {
  t.timeout(120_000);
  const lab = await announced(t);
  const result = (await run(lab, 'ask')) as Record<'answered' | 'probe' | 'other' | 'reply' | 'after', Heard[]> & {
    mac: string;
  };
  const expected: ArpFrame = {
    destination: result.mac,
    source: mac.node3,
    operation: 2,
    senderMac: mac.node3,
    senderAddress: vip,
    targetMac: result.mac,
    targetAddress: '192.168.56.1',
  };
  t.deepEqual(
    result.answered.map(({ frame, length }) => ({ frame, length })),
    [{ frame: expected, length: 60 }],
  );
  t.deepEqual(
    result.probe.map(({ frame }) => frame),
    [{ ...expected, targetAddress: '0.0.0.0' }],
  );
  t.deepEqual(result.other, [], 'an address that nobody has');
  t.deepEqual(result.reply, [], 'a reply is not answered');
  t.deepEqual(
    result.after.map(({ frame }) => frame),
    [expected],
    'after 20,000 broken frames',
  );
});

test('the new owner says so ten times in five seconds, and nobody else says anything', async (t) => {
  t.timeout(120_000);
  const lab = await announced(t);
  const listening = run(lab, 'listen', '14000') as Promise<Heard[]>;
  await lab.lab('exec', 'host', '--', 'sleep', '6');
  await lab.lab('fault', 'speaker', 'k8s-node3', 'kill');
  const about = (await listening).filter(({ frame }) => frame.senderAddress === vip);
  const own = about.filter(({ frame }) => frame.source === mac.node1);
  t.deepEqual(
    own.map(({ frame }) => frame.operation),
    [1, 2, 1, 2, 1, 2, 1, 2, 1, 2],
  );
  const rounds = own.filter((_, index) => index % 2 === 0).map(({ at }) => at);
  for (const [index, at] of rounds.entries())
    if (index > 0) t.true(at - (rounds[index - 1] ?? 0) >= 1000, 'above locktime');
  for (const { frame, length } of own) {
    t.is(length, 60);
    t.like(frame, { senderMac: mac.node1, targetMac: 'ff:ff:ff:ff:ff:ff', targetAddress: vip });
  }
  const others = about
    .map(({ frame }) => frame.source)
    .filter((source) => source !== mac.node1 && source !== mac.node3);
  t.deepEqual(others, []);
});
