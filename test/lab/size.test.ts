import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { curlEach, manyPods, roomyCluster } from '../../bench/many-pods.js';
import { ask, bringUp, createTestLab } from './lab.js';

const myweb = 'lab/workshop/01-nodeport.yaml';

/** Files of these names and texts, gone after the test. */
function files(t: ExecutionContext, texts: Record<string, string>): string[] {
  const folder = mkdtempSync(join(tmpdir(), 'kubewire-size-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  return Object.entries(texts).map(([name, text]) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  });
}

const cluster = (nodes: string) => `apiVersion: kubewire/v1\nkind: ClusterConfig\nnodes: ${nodes}\n`;

test('200 pods and 200 Services: every Service answers with its own pod', async (t) => {
  const count = 200;
  const lab = createTestLab(t);
  const [pods = '', config = '', urls = ''] = files(t, {
    'pods.yaml': manyPods(count),
    'cluster.yaml': roomyCluster,
    urls: curlEach(count),
  });
  await bringUp(t, lab, '-f', pods, '--config', config);
  const answers = await lab.on('k8s-master', 'curl', '-s', '--fail', '--max-time', '10', '--config', urls);
  const expected = Array.from({ length: count }, (_, index) => `Hostname : many-${String(index).padStart(4, '0')}`);
  t.deepEqual(answers.split('\n').filter(Boolean), expected);
});

test('a cluster of one node runs its pods itself', async (t) => {
  const lab = createTestLab(t);
  const [config = '', pods = ''] = files(t, {
    'cluster.yaml': cluster('1'),
    'pods.yaml': manyPods(2),
  });
  await bringUp(t, lab, '-f', pods, '--config', config);
  t.is(lab.status().nodes.length, 1);
  const [node = { name: '', address: '' }] = lab.status().nodes;
  t.is(node.address, '192.168.56.100');
  t.deepEqual(await ask(lab, node.name, '10.100.10.0/hostname', 1), ['Hostname : many-0000']);
  t.deepEqual(await ask(lab, 'pod/many-0000', '10.100.10.1/hostname', 1), ['Hostname : many-0001']);
  t.deepEqual(await ask(lab, 'pod/many-0000', '10.100.10.0/hostname', 1), ['Hostname : many-0000'], 'through itself');
});

test('a cluster of 50 nodes routes between all of them; one of 51 is refused', async (t) => {
  const lab = createTestLab(t);
  const [config = '', tooMany = ''] = files(t, { 'cluster.yaml': cluster('50'), 'too-many.yaml': cluster('51') });
  const refused = await lab.lab('up', '--no-shell', '--config', tooMany);
  t.is(refused.exitCode, 3);
  t.regex(refused.stderr, /too-many\.yaml:3:\d+: .*nodes.*50/);
  await bringUp(t, lab, '-f', myweb, '--config', config);
  const { nodes } = lab.status();
  t.is(nodes.length, 50);
  const [first, last] = [nodes[0], nodes.at(-1)];
  t.deepEqual([first?.address, last?.address], ['192.168.56.100', '192.168.56.149']);
  const answers = await ask(lab, 'host', `${last?.address}:30090/hostname`, 4);
  t.deepEqual([...new Set(answers)].sort(), ['Hostname : myweb1', 'Hostname : myweb2']);
  t.is((await lab.on(last?.name ?? '', 'ip', 'route')).split('\n').filter((line) => line.includes('bird')).length, 50);
});
