/** What of a table kube-proxy would have to write again, told from a listing. */
import test from 'ava';
import { planTraffic, trafficOfNode } from '../../../src/model/traffic.js';
import { nftablesEngine } from '../../../src/proxy/nftables/engine.js';
import { applyOperations, emptyTable } from '../../../src/proxy/nftables/installed.js';
import { isIntact } from '../../../src/proxy/nftables/intact.js';
import { installOperations } from '../../../src/proxy/nftables/transaction.js';
import { overallServices, overallSlices } from '../cases/overall.js';
import { node, podCIDR } from '../cases/world.js';

interface Listed {
  chain?: { name: string };
  rule?: { chain: string };
  set?: { name: string; elem?: unknown[] };
  map?: { name: string; elem?: unknown[] };
}

const traffic = trafficOfNode(planTraffic({ services: overallServices, endpointSlices: overallSlices }), node());
const options = nftablesEngine.options({ localTrafficDetector: { kind: 'ClusterCIDR', cidr: podCIDR } });
const ruleSet = nftablesEngine.compile(traffic, options);

/** As `nft -j list table` shows the table: without `elem` where there are none. */
function listing(): Listed[] {
  const { chains, containers } = applyOperations(emptyTable, installOperations(ruleSet));
  return [
    ...[...containers].map(([name, { container, elements }]) => {
      const elem = [...elements.keys()];
      return { [container.kind]: { name, ...(elem.length > 0 && { elem }) } };
    }),
    ...[...chains.keys()].map((name) => ({ chain: { name } })),
    ...[...chains].flatMap(([chain, { rules }]) => rules.map(() => ({ rule: { chain } }))),
  ];
}

const json = (nftables: Listed[]) => JSON.stringify({ nftables: [{ metainfo: { version: '1.0.6' } }, ...nftables] });
const without = (gone: (entry: Listed) => boolean | undefined) => json(listing().filter((entry) => !gone(entry)));

test('a table as it was made is whole, also with chains that wait for their end and with clients remembered', (t) => {
  t.true(isIntact(json(listing()), ruleSet));
  const affinity = listing().map((entry) =>
    entry.set?.name.startsWith('affinity-') ? { set: { ...entry.set, elem: ['10.0.0.1'] } } : entry,
  );
  t.true(affinity.some(({ set }) => set?.elem));
  t.true(isIntact(json([...affinity, { chain: { name: 'endpoint-STALE' } }]), ruleSet));
});

const losses: [what: string, json: string][] = [
  ['the table', ''],
  ['a chain', without(({ chain, rule }) => [chain?.name, rule?.chain].includes('services'))],
  ['the rules of a chain', without(({ rule }) => rule?.chain === 'masquerading')],
  ['a map', without(({ map }) => map?.name === 'service-nodeports')],
  ['the elements of a map', json(listing().map(({ map, ...rest }) => (map ? { map: { name: map.name } } : rest)))],
  ['nothing, but there is a rule too many', json([...listing(), { rule: { chain: 'services' } }])],
];

for (const [what, listed] of losses)
  test(`a table is not whole that lost ${what}`, (t) => {
    t.false(isIntact(listed, ruleSet));
  });
