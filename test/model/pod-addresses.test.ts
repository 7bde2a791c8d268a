import test from 'ava';
import { blockOf, blockText, overlaps } from '../../src/model/address-block.js';
import { choosePodAddress, nodeOfAddress, pinnedAddress } from '../../src/model/pod-addresses.js';
import { extraBlocks, nodeBlocks } from '../../src/model/pod-addresses-blocks.js';
import { courseConfig, roomyConfig } from '../registry/lab.js';

const blocks = nodeBlocks(courseConfig);
const node3 = blocks.find(({ node }) => node === 'k8s-node3') ?? { node: '', blocks: [] };
const choose = (
  name: string,
  options: { annotation?: string; taken?: ReadonlySet<string> } = {},
): ReturnType<typeof choosePodAddress> =>
  choosePodAddress({
    namespace: 'default',
    name,
    node: node3,
    annotations: options.annotation === undefined ? undefined : { 'cni.projectcalico.org/ipAddrs': options.annotation },
    taken: (address) => options.taken?.has(address) ?? false,
  });

test('a pod gets an address of its node, the same each time, and a free one when that is taken', (t) => {
  const first = choose('web');
  if (!('address' in first)) return t.fail(first.error);
  t.is(nodeOfAddress(blocks, first.address), 'k8s-node3');
  t.deepEqual(choose('web'), first);
  const second = choose('web', { taken: new Set([first.address]) });
  t.notDeepEqual(second, first);
  t.true('address' in second && nodeOfAddress(blocks, second.address) === 'k8s-node3');
});

test("sixty-three pods fill the first block without its tunnel address, the next come from the node's further block", (t) => {
  const taken = new Set<string>();
  for (let index = 0; index < 110; index += 1) {
    const choice = choose(`pod-${index}`, { taken });
    if (!('address' in choice)) return t.fail(choice.error);
    taken.add(choice.address);
  }
  const first = [...taken].filter((address) => address.startsWith('10.111.218.'));
  t.is(taken.size, 110);
  t.is(first.length, 63);
  t.false(taken.has('10.111.218.64'));
  t.true([...taken].every((address) => nodeOfAddress(blocks, address) === 'k8s-node3'));
});

test('a node without a free address says so', (t) => {
  t.regex(
    JSON.stringify(choosePodAddress({ namespace: 'default', name: 'x', node: node3, taken: () => true })),
    /failed to request IPv4 addresses\. Assigned 0 out of 1/,
  );
});

const annotations: [string, string, RegExp][] = [
  ['is granted', '["10.111.218.82"]', /^\{"address":"10\.111\.218\.82"\}$/],
  ['of another node is refused', '["10.109.131.5"]', /is not in any of the address blocks of node k8s-node3/],
  ['that is the tunnel address is refused', '["10.111.218.64"]', /already assigned in block: it is the tunnel address/],
  ['that is no address is refused', '["10.111.218"]', /invalid IP format: 10\.111\.218/],
  ['given twice is refused', '["10.111.218.82","10.111.218.83"]', /cannot have more than one IPv4 address/],
  ['that is no list is refused', '10.111.218.82', /failed to parse IPs annotation/],
  ['in an empty list is refused', '[]', /failed to parse IPs annotation/],
];
for (const [what, annotation, expected] of annotations) {
  test(`a pinned address ${what}`, (t) => {
    t.regex(JSON.stringify(choose('a', { annotation })), expected);
  });
}

test('a pinned address in use is refused', (t) => {
  const choice = choose('a', { annotation: '["10.111.218.82"]', taken: new Set(['10.111.218.82']) });
  t.deepEqual(choice, { error: 'Address 10.111.218.82 already assigned in block' });
  t.is(pinnedAddress({}), undefined);
});

for (const maxPods of [63, 64, 110, 300]) {
  test(`nodes of ${maxPods} pods have blocks enough, all apart from each other`, (t) => {
    const config = roomyConfig(maxPods);
    const all = nodeBlocks(config).flatMap((entry) => entry.blocks);
    for (const [index, block] of all.entries()) {
      t.false(
        all.some((other, position) => position !== index && overlaps(block, other)),
        blockText(block),
      );
      t.true(overlaps(block, blockOf(config.podCIDR)));
    }
    for (const entry of nodeBlocks(config)) t.true(entry.blocks.length * 64 - 1 >= maxPods);
    t.is(extraBlocks(config).get('k8s-node1')?.length, Math.ceil(Math.max(0, maxPods - 63) / 64));
  });
}

test('the further blocks do not depend on the order of the nodes, and leave the start of the Service range alone', (t) => {
  const reversed = { ...courseConfig, nodes: [...courseConfig.nodes].reverse() };
  t.deepEqual([...extraBlocks(reversed)].sort(), [...extraBlocks(courseConfig)].sort());
  const start = blockOf('10.96.0.0/24');
  t.false([...extraBlocks(roomyConfig(3000)).values()].flat().some((cidr) => overlaps(blockOf(cidr), start)));
});
