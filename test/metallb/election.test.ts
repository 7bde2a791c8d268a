import test from 'ava';
import type { ServiceAdvertisement } from '../../src/metallb/layer2/contract.js';
import { electionOrder } from '../../src/metallb/layer2/election.js';
import { shouldAnnounce } from '../../src/metallb/layer2/should-announce.js';

const [master, node1, node2, node3] = ['k8s-master', 'k8s-node1', 'k8s-node2', 'k8s-node3'];
const nodes = [master, node1, node2, node3];

/** Winner first, computed with sha256sum over `node#address`. */
const vectors: Record<string, string[]> = {
  '192.168.56.128': [node3, node1, node2, master],
  '192.168.56.129': [node2, master, node3, node1],
  '192.168.56.130': [node2, master, node1, node3],
  '192.168.56.131': [node1, node2, master, node3],
  '192.168.56.132': [node1, node3, node2, master],
  '192.168.56.150': [node2, master, node3, node1],
  '192.168.56.200': [node1, node2, master, node3],
  '192.168.56.240': [master, node2, node3, node1],
  '192.168.1.240': [node2, node1, node3, master],
  '10.0.0.1': [node3, master, node1, node2],
  '2001:db8:56::128': [node2, master, node3, node1],
  'fd00::1': [node3, node1, master, node2],
};

for (const [address, order] of Object.entries(vectors)) {
  test(`${address} is announced by ${order[0]}, whatever the order of the candidates`, (t) => {
    t.deepEqual(electionOrder(nodes, address), order);
    t.deepEqual(electionOrder([...nodes].reverse(), address), order);
  });
}

test('a node that leaves moves an address only if it held it', (t) => {
  for (const [address, [winner, next]] of Object.entries(vectors)) {
    for (const gone of nodes) {
      const [now] = electionOrder(
        nodes.filter((node) => node !== gone),
        address,
      );
      t.is(now, gone === winner ? next : winner);
    }
  }
});

test('a higher score comes before the hash, and equal scores fall back to it', (t) => {
  t.is(electionOrder(nodes, '192.168.56.128', { [node2]: 10 })[0], node2);
  t.deepEqual(electionOrder(nodes, '192.168.56.128', { [node2]: 10, [master]: 10 }), [node2, master, node3, node1]);
});

const advertisement: ServiceAdvertisement = {
  service: 'default/web',
  addresses: ['192.168.56.128'],
  nodes: { [node1]: 'all', [node2]: 'all', [node3]: 'all' },
  candidates: [node1, node2, node3],
  scores: {},
};

const decisions: [
  title: string,
  node: string,
  change: Partial<ServiceAdvertisement>,
  dead: string[],
  result: string,
][] = [
  ['the winner announces', node3, {}, [], 'announce'],
  ['another node is not the owner', node1, {}, [], 'notOwner'],
  ['the next one takes over from a dead winner', node1, {}, [node3], 'announce'],
  ['a node that no advertisement selects says so', master, {}, [], 'noMatchingAdvertisement'],
  ['no candidate at all means no owner', node1, { candidates: [] }, [], 'notOwner'],
  ['what is withheld from all is withheld from the winner', node3, { withheld: 'noIPAllocated' }, [], 'noIPAllocated'],
];

for (const [title, node, change, dead, result] of decisions) {
  test(title, (t) => {
    const decision = shouldAnnounce(node, { ...advertisement, ...change }, (one) => !dead.includes(one));
    t.is(decision.announce ? 'announce' : decision.reason, result);
  });
}
