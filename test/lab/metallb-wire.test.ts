/** What speakers say on the LAN, heard by a packet socket on host. */
import { once } from 'node:events';
import test, { type ExecutionContext } from 'ava';
import { execa } from 'execa';
import type { ArpFrame } from '../../src/metallb/layer2/arp-frame.js';
import { broadcastMac } from '../../src/metallb/layer2/ethernet.js';
import { bringUp, createTestLab, type TestLab } from './lab.js';
import { pools } from './metallb-pools.js';
import { until } from './until.js';

interface Heard {
  at: number;
  frame: ArpFrame;
  length: number;
}

const vip = '192.168.56.128';
const mac = { host: '02:a6:6f:0f:50:ef', node1: '02:82:90:c4:84:ff', node3: '02:e9:57:84:56:18' };
const scenario = 'dist/test/lab/arp-wire.scenario.js';

async function announced(t: ExecutionContext): Promise<TestLab> {
  const lab = createTestLab(t);
  await bringUp(t, lab, '-f', 'lab/metallb-native.yaml', 'lab/workshop/03-whoami.yaml');
  await lab.on('host', 'sh', '-c', `kubectl apply -f - <<'END'\n${pools}END`);
  await lab.on('host', 'kubectl', 'patch', 'svc', 'whoami-svc', '-p', '{"spec":{"type":"LoadBalancer"}}');
  const told = async () => (await lab.lab('arp')).stdout;
  t.regex(await until(told, (lines) => lines.includes('announcing')), /announcing/);
  return lab;
}

/** By hand: HOSTILE_FRAMES=100000. */
const hostileCount = process.env.HOSTILE_FRAMES ?? '20000';

/** Exit code 143: the scenario ends itself, as the read that waits for frames never does. */
async function run(lab: TestLab, ...args: string[]): Promise<unknown> {
  const { stdout } = await lab.lab('exec', 'host', '--', process.execPath, scenario, ...args);
  return JSON.parse(stdout);
}

test('requests are answered once, by the winner, field by field; hostile frames leave the speaker working', async (t) => {
  t.timeout(120_000);
  const lab = await announced(t);
  const result = (await run(lab, 'ask', hostileCount)) as Record<
    'answered' | 'probe' | 'other' | 'reply' | 'after',
    Heard[]
  > & {
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
    'after hostile frames and datagrams',
  );
  const sockets = (await lab.on('k8s-node3', 'cat', '/proc/net/packet')).split('\n').slice(1);
  t.deepEqual(sockets.map((line) => line.split(/ +/)[3]).sort(), ['0806', '86dd'], 'it hears ARP and NDP');
});

/** The two frames of a gratuitous round. */
const claim = (mac: string, operation: number): ArpFrame => ({
  destination: broadcastMac,
  source: mac,
  operation,
  senderMac: mac,
  senderAddress: vip,
  targetMac: broadcastMac,
  targetAddress: vip,
});
const rounds = (mac: string, count: number): ArpFrame[] =>
  Array.from({ length: count }, () => [claim(mac, 1), claim(mac, 2)]).flat();

test('all that the LAN hears of an address that is given, asked for, and moves', async (t) => {
  t.timeout(120_000);
  const lab = createTestLab(t);
  await bringUp(t, lab, '-f', 'lab/metallb-native.yaml', 'lab/workshop/03-whoami.yaml');
  await lab.on('host', 'sh', '-c', `kubectl apply -f - <<'END'\n${pools}END`);
  const capture = await startCapture(lab);
  await lab.on('host', 'kubectl', 'patch', 'svc', 'whoami-svc', '-p', '{"spec":{"type":"LoadBalancer"}}');
  await sentGratuitously(t, lab, 'k8s-node3', 10);
  await lab.on('host', 'curl', '-s', '--max-time', '5', vip);
  await lab.lab('fault', 'speaker', 'k8s-node3', 'kill');
  const captured = await capture.ended;

  const asked: ArpFrame = {
    destination: broadcastMac,
    source: mac.host,
    operation: 1,
    senderMac: mac.host,
    senderAddress: '192.168.56.1',
    targetMac: '00:00:00:00:00:00',
    targetAddress: vip,
  };
  const answered = {
    ...claim(mac.node3, 2),
    destination: mac.host,
    targetMac: mac.host,
    targetAddress: '192.168.56.1',
  };
  // Each port of the switch is read by a thread of its own: what one machine says has an order, what two say has none.
  const said = (source: string) => captured.map(({ frame }) => frame).filter((frame) => frame.source === source);
  t.deepEqual(said(mac.node3), [...rounds(mac.node3, 5), answered]);
  t.deepEqual(said(mac.host), [asked]);
  t.deepEqual(said(mac.node1), rounds(mac.node1, 5));
  t.is(captured.length, 22, 'nobody else says anything');
  const own = captured.filter(({ frame }) => frame.source !== mac.host);
  t.true(own.every(({ length }) => length === 60));
  for (const owner of [mac.node3, mac.node1]) {
    const begins = own.filter(({ frame }) => frame.source === owner && frame.operation === 1).map(({ at }) => at);
    // In all, as a busy machine reads one frame late.
    t.true(begins.at(-1)! - begins[0]! >= 1000 * (begins.length - 1), "above Linux' locktime");
  }
});

/** Resolves when it hears; reads of all ports wait in threads. */
async function startCapture(lab: TestLab): Promise<{ ended: Promise<Heard[]> }> {
  const program = ['env', 'UV_THREADPOOL_SIZE=16', process.execPath, 'dist/test/lab/arp-capture.scenario.js', vip, '2'];
  const env = { KUBEWIRE_STATE: lab.state, KUBEWIRE_LAB: lab.name };
  const capture = execa('./scripts/lab', ['exec', 'switch', '--', ...program], { env, reject: false, stdin: 'ignore' });
  await once(capture.stderr, 'data');
  return { ended: capture.then(({ stdout }) => JSON.parse(stdout) as Heard[]) };
}

async function sentGratuitously(t: ExecutionContext, lab: TestLab, node: string, count: number): Promise<void> {
  interface Line {
    node: string;
    gratuitousSent: number;
  }
  for (const end = Date.now() + 30_000; Date.now() < end; ) {
    const { answers } = JSON.parse((await lab.lab('arp', '-o', 'json')).stdout) as { answers: Line[] };
    if (answers.some((line) => line.node === node && line.gratuitousSent === count)) return;
  }
  t.fail(`${node} never sent ${count} frames unasked`);
}
