import { readFileSync } from 'node:fs';
import test from 'ava';
import type { KubeObject } from '../../../src/api/object.js';
import { compileRules } from '../../../src/cluster/compile.js';
import { createDesiredState } from '../../../src/cluster/desired.js';
import { canonicalNft } from '../../../src/cluster/digest/canonical-nft.js';
import { CommandFailure } from '../../../src/cluster/failure.js';
import {
  readProxyConfiguration,
  readSyncPeriod,
  writeProxyMode,
} from '../../../src/cluster/proxy/proxy-configuration.js';
import { createManualWorld } from '../../../src/world/manual-clock.js';

const key = { group: '', kind: 'ConfigMap', namespace: 'kube-system', name: 'kube-proxy' };
const cluster = () => createDesiredState({ world: createManualWorld(1) }).registry;

interface ProxyConfigMap extends KubeObject {
  data: { 'config.conf': string };
}

/** Edits the file in the ConfigMap as a user would. */
function edit(registry: ReturnType<typeof cluster>, from: string, to: string): void {
  const stored = registry.get(key) as ProxyConfigMap;
  registry.update({ ...stored, data: { 'config.conf': stored.data['config.conf'].replace(from, to) } } as KubeObject);
}

test('an empty mode is iptables; mode, strictARP and scheduler are read from the file in the ConfigMap', (t) => {
  const registry = cluster();
  t.deepEqual(readProxyConfiguration(registry), { mode: 'iptables' });
  edit(registry, 'strictARP: false', 'strictARP: true');
  t.deepEqual(readProxyConfiguration(registry), { mode: 'iptables' }, 'IPVS alone looks at it');
  edit(registry, 'mode: ""', 'mode: ipvs');
  t.deepEqual(readProxyConfiguration(registry), { mode: 'ipvs', ipvs: { strictARP: true } });
  edit(registry, 'scheduler: ""', 'scheduler: sed');
  t.deepEqual(readProxyConfiguration(registry), { mode: 'ipvs', ipvs: { strictARP: true, scheduler: 'sed' } });
});

test('excludeCIDRs and timeouts of IPVS mode are read; what the kernel has by itself is not there', (t) => {
  const registry = cluster();
  edit(registry, 'mode: ""', 'mode: ipvs');
  t.deepEqual(readProxyConfiguration(registry), { mode: 'ipvs', ipvs: {} });
  edit(registry, 'excludeCIDRs: null', 'excludeCIDRs: [198.51.100.0/24]');
  edit(registry, 'tcpTimeout: 0s', 'tcpTimeout: 15m0s');
  edit(registry, 'udpTimeout: 0s', 'udpTimeout: 1.9s');
  t.deepEqual(readProxyConfiguration(registry), {
    mode: 'ipvs',
    ipvs: {
      timeouts: { tcp: 900, tcpFin: 0, udp: 1 },
      excludeCIDRs: ['198.51.100.0/24'],
    },
  });
});

const ipvsRefusals = [
  [
    'scheduler: ""',
    'scheduler: fair',
    /ipvs\.scheduler: Unsupported value: "fair": supported values: "rr", "wrr", "lc", /,
  ],
  [
    'tcpFinTimeout: 0s',
    'tcpFinTimeout: soon',
    /ipvs\.tcpFinTimeout: Invalid value: "soon": time: invalid duration "soon"$/,
  ],
  [
    'tcpFinTimeout: 0s',
    'tcpFinTimeout: -1s',
    /ipvs\.tcpFinTimeout: Invalid value: "-1s": must be greater than or equal to 0$/,
  ],
  [
    'excludeCIDRs: null',
    'excludeCIDRs: [10.0.0.0/8, 10.0.0]',
    /ipvs\.excludeCIDRs\[1\]: Invalid value: "10\.0\.0": must be a valid CIDR block/,
  ],
] as const;

test('what is wrong with the IPVS part is said, and where', (t) => {
  for (const [from, to, expected] of ipvsRefusals) {
    const registry = cluster();
    edit(registry, 'mode: ""', 'mode: ipvs');
    edit(registry, from, to);
    t.regex(t.throws(() => readProxyConfiguration(registry), { instanceOf: CommandFailure }).message, expected);
  }
});

test('a mode that there is not is refused with the supported ones', (t) => {
  const registry = cluster();
  edit(registry, 'mode: ""', 'mode: ebpf');
  const failure = t.throws(() => readProxyConfiguration(registry), { instanceOf: CommandFailure });
  t.regex(failure.message, /Unsupported value: "ebpf": supported values: "iptables", "nftables", "ipvs", "userspace"$/);
});

test('kube-proxy looks after its rules every 30 s, or as the section of its mode says', (t) => {
  const registry = cluster();
  t.is(readSyncPeriod(registry, 'iptables'), 30_000);
  edit(registry, 'syncPeriod: 0s\nipvs:', 'syncPeriod: 1m30s\nipvs:');
  t.is(readSyncPeriod(registry, 'iptables'), 90_000);
  t.is(readSyncPeriod(registry, 'userspace'), 90_000);
  t.is(readSyncPeriod(registry, 'ipvs'), 30_000);
  t.is(readSyncPeriod(registry, 'nftables'), 30_000);
});

const refusals: [syncPeriod: string, why: string][] = [
  ['-1s', 'iptables.syncPeriod: Invalid value: "-1s": must be greater than 0'],
  ['500ms', 'iptables.syncPeriod: Invalid value: "500ms": must be greater than or equal to iptables.minSyncPeriod'],
  ['soon', 'iptables.syncPeriod: Invalid value: "soon": time: invalid duration "soon"'],
];

for (const [syncPeriod, why] of refusals)
  test(`a sync period of ${syncPeriod} is refused`, (t) => {
    const registry = cluster();
    edit(registry, 'syncPeriod: 0s\nipvs:', `syncPeriod: ${syncPeriod}\nipvs:`);
    const failure = t.throws(() => readSyncPeriod(registry, 'iptables'), { instanceOf: CommandFailure });
    t.is(failure.message, `configmap/kube-proxy: config.conf: ${why}`);
  });

test('writing a mode changes that one line', (t) => {
  const registry = cluster();
  const text = () => (registry.get(key) as ProxyConfigMap).data['config.conf'].split('\n');
  const before = text();
  writeProxyMode(registry, 'nftables');
  t.deepEqual(
    text().filter((line) => !before.includes(line)),
    ['mode: "nftables"'],
  );
  t.is(text().length, before.length);
});

const manifests = [{ file: 'mynode', text: readFileSync('lab/workshop/02-mynode.yaml', 'utf8') }];
const compile = (request: Partial<Parameters<typeof compileRules>[0]>) =>
  compileRules({ manifests, node: 'k8s-node1', seed: 1, balance: 'faithful', proxyMode: 'iptables', ...request });

test('each mode compiles to the words of its own tools', (t) => {
  t.regex(compile({}), /^\*filter\n/);
  t.regex(compile({ proxyMode: 'nftables' }), /^add table ip kube-proxy /);
  t.regex(compile({ proxyMode: 'ipvs' }), /^# sysctl\nnet\.ipv4\.vs\.conntrack = 1\n/);
  t.regex(compile({ proxyMode: 'userspace' }), /^\*nat\n:KUBE-PORTALS-CONTAINER /);
});

test('faithful draws lots as kube-proxy does, replayable counts; userspace takes turns by nature', (t) => {
  const nft = (balance: 'faithful' | 'replayable') => compile({ proxyMode: 'nftables', balance });
  t.regex(nft('faithful'), / numgen random mod 2 vmap /);
  t.notRegex(nft('faithful'), /numgen inc/);
  t.regex(nft('replayable'), / numgen inc mod 2 (offset \d+ )?vmap /);
  t.notRegex(nft('replayable'), /numgen random/);
  const userspace = (balance: 'faithful' | 'replayable') => compile({ proxyMode: 'userspace', balance });
  t.is(userspace('faithful'), userspace('replayable'));
});

test('style 1.23 has the old comments and no KUBE-EXT chain', (t) => {
  const old = compile({ style: '1.23' });
  t.regex(old, /-A KUBE-SVC-ZH6IDACFKHNMCG77 -m comment --comment default\/mynode-svc2 (-m statistic .*)?-j KUBE-SEP-/);
  t.notRegex(old, /KUBE-EXT-/);
  t.regex(compile({}), /KUBE-EXT-ZH6IDACFKHNMCG77/);
});

test('nft’s listing without handles and remembered clients; rules keep their order, sets have none', (t) => {
  const listing = (first: number, elements: string[], clients: string[]) =>
    JSON.stringify({
      nftables: [
        { metainfo: { version: '1.0.6' } },
        { chain: { name: 'services', handle: first } },
        { set: { name: 'cluster-ips', handle: first + 1, elem: elements } },
        { set: { name: 'affinity-a', handle: first + 2, flags: ['timeout', 'dynamic'], elem: clients } },
        { rule: { chain: 'services', handle: first + 3, expr: ['b'] } },
        { rule: { chain: 'services', handle: first + 4, expr: ['a'] } },
      ],
    });
  const canonical = canonicalNft(listing(1, ['10.0.0.2', '10.0.0.1'], ['10.1.1.1']));
  t.is(canonicalNft(listing(40, ['10.0.0.1', '10.0.0.2'], [])), canonical);
  t.true(canonical.indexOf('"b"') < canonical.indexOf('"a"'));
  t.not(canonicalNft(listing(1, ['10.0.0.1'], [])), canonical);
  t.is(canonicalNft(''), '');
});
