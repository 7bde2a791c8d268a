/** Names, whole tables against golden files, and transactions between tables. */
import test from 'ava';
import { planTraffic, trafficOfNode } from '../../../src/model/traffic.js';
import type { NftablesRuleSet } from '../../../src/proxy/nftables/compile.js';
import { nftablesEngine } from '../../../src/proxy/nftables/engine.js';
import { applyOperations, emptyTable, type InstalledTable } from '../../../src/proxy/nftables/installed.js';
import { hashAndTruncate } from '../../../src/proxy/nftables/names.js';
import type { NftablesOptions } from '../../../src/proxy/nftables/options.js';
import { splitTransaction } from '../../../src/proxy/nftables/split-transaction.js';
import { deleteStale, installOperations, planNftables, renderNft } from '../../../src/proxy/nftables/transaction.js';
import { overallServices, overallSlices } from '../cases/overall.js';
import { type Cluster, randomHistory } from '../cases/random.js';
import { endpoint, node, podCIDR, service, slice } from '../cases/world.js';
import { matchesGolden } from '../golden.js';

const options = nftablesEngine.options({ localTrafficDetector: { kind: 'ClusterCIDR', cidr: podCIDR } });
const overall: Cluster = { services: [...overallServices], slices: [...overallSlices] };

function compile({ services, slices }: Cluster, more: Partial<NftablesOptions> = {}): NftablesRuleSet {
  const traffic = trafficOfNode(planTraffic({ services, endpointSlices: slices }), node());
  return nftablesEngine.compile(traffic, Object.keys(more).length === 0 ? options : { ...options, ...more });
}

test('chain names are kube-proxy’s', (t) => {
  t.is(hashAndTruncate('ns1/svc1/tcp/p80'), 'ULMVA6XW-ns1/svc1/tcp/p80');
  t.is(hashAndTruncate('ns1/svc1/tcp/p80__10.180.0.1/80'), '5OJB2KTY-ns1/svc1/tcp/p80__10.180.0.1/80');
});

test('a name over the limit is cut, and stays unique by its hash', (t) => {
  const [one, two] = [hashAndTruncate(`${'x'.repeat(250)}1`), hashAndTruncate(`${'x'.repeat(250)}2`)];
  t.is(one.length, 240);
  t.true(one.endsWith('...'));
  t.not(one, two);
});

test('nftables overall table faithful', (t) => {
  matchesGolden(t, renderNft(compile(overall, { balance: 'faithful' })), 'nft');
});

test('nftables overall table replayable', (t) => {
  matchesGolden(
    t,
    renderNft(compile(overall, { seed: 7, nodePortAddresses: ['0.0.0.0/0'], serviceCIDRs: [podCIDR] })),
    'nft',
  );
});

const web = service('web', { type: 'NodePort', clusterIP: '10.100.3.1', ports: [{ port: 80, nodePort: 30080 }] });
const atA: Cluster = { services: [web], slices: [slice('web', [endpoint('a')])] };
const atD: Cluster = { services: [web], slices: [slice('web', [endpoint('d')])] };

test('nothing changed: nothing to do', (t) => {
  t.is(planNftables(compile(atA), compile({ services: [web], slices: [slice('web', [endpoint('a')])] })), undefined);
});

test('nftables transaction of one changed endpoint', (t) => {
  const change = planNftables(compile(atA), compile(atD));
  t.regex(
    change?.staleChains.join() ?? '',
    /^endpoint-[A-Z2-7]{8}-default\/web\/tcp\/__10\.111\.156\.70\/8080$/,
    'deleted later',
  );
  t.false(change?.transactions[0]?.includes(' element '), 'no map changes');
  matchesGolden(t, change?.transactions.join('') ?? '', 'nft');
});

test('nftables transaction of a Service that loses its endpoints', (t) => {
  matchesGolden(
    t,
    planNftables(compile(atA), compile({ services: [web], slices: [] }))?.transactions.join('') ?? '',
    'nft',
  );
});

test('a chain that is in use again is not deleted', (t) => {
  const stale = planNftables(compile(atA), compile(atD))?.staleChains ?? [];
  t.is(deleteStale(stale, compile(atA)), undefined);
  t.is(deleteStale(stale, compile(atD)), `delete chain ip kube-proxy ${stale[0]}\n`);
});

test('two Services that claim one address: the first by name has it, and the second gets it when the first is gone', (t) => {
  const claim = (name: string, clusterIP: string) =>
    service(name, { clusterIP, externalIPs: ['203.0.113.9'], ports: [{ port: 80 }] });
  const [first, second] = [claim('first', '10.100.3.2'), claim('second', '10.100.3.3')];
  const slices = [slice('first', [endpoint('a')]), slice('second', [endpoint('b')])];
  const both = compile({ services: [second, first], slices });
  const left = compile({ services: [second], slices });
  const holder = (table: InstalledTable) =>
    table.containers.get('service-ips')?.elements.get('203.0.113.9 . tcp . 80')?.value;
  const before = applyOperations(emptyTable, installOperations(both));
  t.regex(holder(before) ?? '', /default\/first/);
  t.regex(holder(applyOperations(before, planNftables(both, left)?.operations ?? [])) ?? '', /default\/second/);
});

test('a changed affinity timeout makes the sets anew', (t) => {
  const sticky = (timeoutSeconds: number): Cluster => {
    const spec = { ...web.spec, sessionAffinity: 'ClientIP', sessionAffinityConfig: { clientIP: { timeoutSeconds } } };
    return { ...atA, services: [{ ...web, spec } as typeof web] };
  };
  const transaction = planNftables(compile(sticky(30)), compile(sticky(60)))?.transactions.join('') ?? '';
  t.regex(transaction, /delete set ip kube-proxy affinity-[^\n]*\nadd set ip kube-proxy affinity-[^\n]* timeout 60s/);
});

test('a long transaction is cut between operations, and loses none', (t) => {
  const text = renderNft(compile(overall));
  const pieces = splitTransaction(text, 1000);
  t.is(pieces.join(''), text);
  t.true(pieces.length > 5);
  t.true(pieces.every((piece) => piece.endsWith('\n') && piece.length <= 1000));
  t.deepEqual(splitTransaction('aaa\nbbbbbbbb\nc\n', 5), ['aaa\n', 'bbbbbbbb\n', 'c\n']);
  t.deepEqual(splitTransaction(''), []);
});

/** Chains and elements in a comparable form; chains that are empty and not in use are only waiting to be deleted. */
function comparable({ chains, containers }: InstalledTable, active: NftablesRuleSet): unknown {
  const used = new Set(active.ports.flatMap((port) => port.chains));
  const kept = [...chains].filter(([name, { rules }]) => !name.includes('/') || used.has(name) || rules.length > 0);
  return {
    chains: kept.sort(([a], [b]) => (a < b ? -1 : 1)),
    containers: [...containers]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, { container, elements }]) => [name, container, [...elements].sort()]),
  };
}

for (const most of [1000, 3]) {
  test(`every change ends where a new table would, ${most} ports a transaction`, (t) => {
    let ruleSet: NftablesRuleSet | undefined;
    let table = emptyTable;
    for (const [step, cluster] of [...randomHistory(40)].entries()) {
      const next = compile(cluster);
      table = applyOperations(table, planNftables(ruleSet, next, most)?.operations ?? []);
      ruleSet = next;
      const fresh = applyOperations(emptyTable, installOperations(next));
      t.deepEqual(comparable(table, next), comparable(fresh, next), `step ${step}`);
    }
  });
}

test('of many ports a thousand are made at a time, and no packet finds them before the last are', (t) => {
  const next = compile(overall);
  t.true(next.ports.length > 4);
  const { transactions = [] } = planNftables(undefined, next, 2) ?? {};
  t.is(transactions.length, 1 + Math.ceil(next.ports.length / 2) + 1);
  t.true(transactions[0]?.startsWith('add table'));
  t.deepEqual(
    transactions.map((text) => text.includes('add element')),
    transactions.map((_, index) => index === transactions.length - 1),
  );
});
