import test from 'ava';
import { parseClusterConfig } from '../../src/api/cluster-config.js';
import { planClaimedBlocks } from '../../src/fabric/claimed-blocks.js';
import type { Piece } from '../../src/fabric/operation.js';
import { addressText } from '../../src/model/address-block.js';
import { nodeBlocks } from '../../src/model/pod-addresses-blocks.js';
import { Wiring } from '../../src/node/wiring.js';

test('a block that several pods of one change want is made once', (t) => {
  const { config } = parseClusterConfig('apiVersion: kubewire/v1\nkind: ClusterConfig\n', 'cluster.yaml');
  if (!config) return t.fail();
  const [, node] = nodeBlocks(config);
  const further = node?.blocks[1]?.first as number;
  const [block] = planClaimedBlocks(config, [
    { namespace: 'default', name: 'a', node: 'k8s-node1', address: addressText(further + 1) },
  ]);
  const wiring = new Wiring();
  t.true(wiring.plan([block as Piece]).length > 0);
  t.deepEqual(wiring.plan([block as Piece, block as Piece]), wiring.plan([block as Piece]));
});
