/** A speaker that announces an IPv6 address that no interface has, and a neighbour that looks for it. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { listLinks } from '../../src/kernel/links.js';
import { createNamespace, inNamespace, type NetworkNamespace } from '../../src/kernel/netns.js';
import type { ServiceAdvertisement } from '../../src/metallb/layer2/contract.js';
import { startSpeaker } from '../../src/node/speaker/start.js';
import { pause } from '../../src/world/pause.js';
import { createWorld } from '../../src/world/world.js';

const vip = '2001:db8:56::128';
const group = 'ff02::1:ff00:128';
const [node, neighbour] = [createNamespace('node'), createNamespace('neighbour')];

function run(place: NetworkNamespace, ...[command, ...args]: [string, ...string[]]): string {
  return inNamespace(place, () => execFileSync(command, args, { env: { ...process.env, LC_ALL: 'C' } }).toString());
}

/** A cable between the two. Nobody looks whether an address is free, so it can be used at once. */
function plug(): void {
  for (const place of [node, neighbour]) {
    inNamespace(place, () => writeFileSync('/proc/sys/net/ipv6/conf/default/accept_dad', '0'));
  }
  const peer = ['peer', 'name', 'eth1', 'address', '02:00:00:00:00:01', 'netns', `/proc/${process.pid}/fd/${node.fd}`];
  run(neighbour, 'ip', 'link', 'add', 'eth0', 'type', 'veth', ...peer);
  run(neighbour, 'ip', 'address', 'add', '2001:db8:56::1/64', 'dev', 'eth0');
  run(neighbour, 'ip', 'link', 'set', 'eth0', 'up');
  run(node, 'ip', 'link', 'set', 'eth1', 'up');
}

async function until<T>(look: () => T | Promise<T>, isDone: (seen: T) => boolean): Promise<T> {
  for (let tries = 0; ; tries += 1) {
    const seen = await look();
    if (isDone(seen) || tries === 100) return seen;
    await pause(50);
  }
}

const known = () => run(neighbour, 'ip', '-6', 'neigh', 'show', vip);
const has = (text: string) => (seen: string) => seen.includes(text);
const groups = () => run(node, 'ip', '-6', 'maddress', 'show', 'dev', 'eth1');

plug();
await until(
  () => listLinks(node),
  (links) => links.some(({ linkLocal }) => linkLocal !== ''),
);
const speaker = await startSpeaker({
  node: 'k8s-node1',
  broadcast: '127.255.255.255',
  namespace: node,
  liveness: 'fast',
  clock: createWorld({ seed: 0 }).clock,
  isExcluded: (link) => link === 'lo',
  hear: () => {},
});
const service: ServiceAdvertisement = {
  service: 'default/web',
  addresses: [vip],
  nodes: { 'k8s-node1': 'all' },
  candidates: ['k8s-node1'],
  scores: {},
};
speaker.send({ kind: 'services', changed: [service], gone: [] });
const joined = await until(groups, has(group));
run(neighbour, 'bash', '-c', `echo >/dev/udp/${vip}/9`);
const found = await until(known, has('02:00:00:00:00:01'));
run(neighbour, 'ip', '-6', 'neigh', 'replace', vip, 'lladdr', '02:00:00:00:00:77', 'dev', 'eth0', 'nud', 'reachable');
const corrected = await until(known, has('02:00:00:00:00:01'));
const { counters, drops } = (await speaker.state())!;
speaker.send({ kind: 'services', changed: [], gone: ['default/web'] });
const left = await until(groups, (seen) => !has(group)(seen));
speaker.kill('SIGKILL');
await speaker.ended;
console.log(JSON.stringify({ joined, found, corrected, left, counters: counters[vip], drops }));
process.exit(0);
