import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { clusterSchema } from '../../src/api/cluster/schema.js';
import { defaultClusterConfig, parseClusterConfig } from '../../src/api/cluster-config.js';
import { renderProblem } from '../../src/api/problem.js';
import { blockOf, overlaps } from '../../src/model/address-block.js';
import type { NodeConfig } from '../../src/model/cluster-config.js';

const head = 'apiVersion: kubewire/v1\nkind: ClusterConfig\n';
const lab = (name: string) => readFileSync(join(process.cwd(), 'lab', name), 'utf8');

function parse(body: string) {
  return parseClusterConfig(head + body, 'c.yaml');
}

function nodes(body: string): readonly NodeConfig[] {
  return parse(body).config?.nodes ?? [];
}

test('the default cluster is the one of the course notes', (t) => {
  const { nodes, lan, podCIDR, serviceCIDR, dnsAddress, nodePortRange } = defaultClusterConfig();
  t.deepEqual(
    nodes.map(({ name, address, podBlock, controlPlane }) => [name, address, podBlock, controlPlane]),
    [
      ['k8s-master', '192.168.56.100', '10.108.82.192/26', true],
      ['k8s-node1', '192.168.56.101', '10.111.156.64/26', false],
      ['k8s-node2', '192.168.56.102', '10.109.131.0/26', false],
      ['k8s-node3', '192.168.56.103', '10.111.218.64/26', false],
    ],
  );
  t.deepEqual(lan, { cidr: '192.168.56.0/24', hostAddress: '192.168.56.1', gateway: '192.168.56.2' });
  t.deepEqual([podCIDR, serviceCIDR, dnsAddress], ['10.96.0.0/12', '10.96.0.0/12', '10.96.0.10']);
  t.deepEqual(nodePortRange, { first: 30000, last: 32767 });
});

test('lab/cluster.yaml spells out exactly the defaults', (t) => {
  const { config, problems } = parseClusterConfig(lab('cluster.yaml'), 'lab/cluster.yaml');
  t.deepEqual(problems, []);
  t.deepEqual(config, defaultClusterConfig());
});

test('an empty file and a file without settings are the default cluster', (t) => {
  t.deepEqual(parseClusterConfig('', 'c.yaml').config, defaultClusterConfig());
  t.deepEqual(parseClusterConfig('# nothing\n', 'c.yaml').config, defaultClusterConfig());
  t.deepEqual(parse('').config, defaultClusterConfig());
});

test('lab/cluster.schema.json is the schema that the parser checks against', (t) => {
  t.deepEqual(JSON.parse(lab('cluster.schema.json')), clusterSchema);
});

test('the defaults that the schema names are the defaults', (t) => {
  const { lan, ...config } = defaultClusterConfig();
  const named = clusterSchema.properties ?? {};
  for (const field of ['podCIDR', 'serviceCIDR', 'clusterDomain', 'dnsAddress', 'kubernetesVersion'] as const) {
    t.is(named[field]?.default, config[field]);
  }
  t.is(named.nodePortRange?.default, `${config.nodePortRange.first}-${config.nodePortRange.last}`);
  for (const [field, value] of Object.entries(lan)) t.is(named.lan?.properties?.[field]?.default, value);
});

test('a number of nodes is enough, 1 to 50', (t) => {
  t.is(nodes('nodes: 1').length, 1);
  t.deepEqual(
    nodes('nodes: 6')
      .map(({ name, address }) => `${name} ${address}`)
      .slice(3),
    ['k8s-node3 192.168.56.103', 'k8s-node4 192.168.56.104', 'k8s-node5 192.168.56.105'],
  );
  t.is(new Set(nodes('nodes: 50').map(({ address }) => address)).size, 50);
});

test('derived pod blocks do not overlap each other nor the addresses that people choose for Services', (t) => {
  const blocks = [
    { first: blockOf('10.96.0.0/12').first, size: 256 },
    ...nodes('nodes: 50').map(({ podBlock }) => blockOf(podBlock)),
  ];
  for (const [i, block] of blocks.entries()) {
    t.false(
      blocks.slice(0, i).some((other) => overlaps(block, other)),
      `block ${i}`,
    );
  }
});

test('a derived pod block depends on the name, not on the order of nodes', (t) => {
  const block = (body: string, name: string) => nodes(body).find((node) => node.name === name)?.podBlock;
  t.is(block('nodes: [{name: a}, {name: b}]', 'b'), block('nodes: [{name: c}, {name: b}, {name: a}]', 'b'));
});

test('colliding hashes are resolved in the order of names', (t) => {
  const body = (order: string) => `podCIDR: 10.244.0.0/24\nnodes: [${order}]`;
  const byName = (order: string) =>
    Object.fromEntries(nodes(body(order)).map(({ name, podBlock }) => [name, podBlock]));
  t.deepEqual(
    byName('{name: a}, {name: b}, {name: c}, {name: d}'),
    byName('{name: d}, {name: c}, {name: b}, {name: a}'),
  );
  t.is(new Set(Object.values(byName('{name: a}, {name: b}, {name: c}, {name: d}'))).size, 4);
});

test('the first node is the control plane unless another says that it is', (t) => {
  const planes = (body: string) =>
    nodes(body)
      .filter(({ controlPlane }) => controlPlane)
      .map(({ name }) => name);
  t.deepEqual(planes('nodes: [{name: a}, {name: b}]'), ['a']);
  t.deepEqual(planes('nodes: [{name: a}, {name: b, controlPlane: true}]'), ['b']);
});

test('addresses that are left out follow the networks', (t) => {
  const { config } = parse('lan: {cidr: 172.20.0.0/24}\nserviceCIDR: 10.200.0.0/16\npodCIDR: 10.244.0.0/16');
  t.deepEqual(config?.lan, { cidr: '172.20.0.0/24', hostAddress: '172.20.0.1', gateway: '172.20.0.2' });
  t.is(config?.dnsAddress, '10.200.0.10');
  t.is(config?.nodes[1]?.address, '172.20.0.101');
});

const refusals: [string, string, string[]][] = [
  [
    'not a cluster configuration',
    'x: 1',
    [
      '3:1: ClusterConfig is invalid: x: Forbidden: unknown field; there are "apiVersion", "kind", "lan", "router", "cloud", "podCIDR", "serviceCIDR", "nodePortRange", "clusterDomain", "dnsAddress", "kubernetesVersion", "nodes"',
    ],
  ],
  [
    'too many nodes',
    'nodes: 51',
    ['3:1: ClusterConfig is invalid: nodes: Invalid value: 51: must be between 1 and 50, inclusive'],
  ],
  [
    'no nodes',
    'nodes: []',
    ['3:1: ClusterConfig is invalid: nodes: Invalid value: 0: must have between 1 and 50 items'],
  ],
  [
    'a node without name',
    'nodes: [{address: 192.168.56.100}]',
    ['3:9: ClusterConfig is invalid: nodes[0].name: Required value'],
  ],
  [
    'a name twice',
    'nodes: [{name: a}, {name: a}]',
    ['3:21: ClusterConfig is invalid: nodes[1].name: Duplicate value: "a"'],
  ],
  [
    'a name of the lab',
    'nodes: [{name: host}]',
    ['3:10: ClusterConfig is invalid: nodes[0].name: Forbidden: "host" is a machine of the lab\'s own'],
  ],
  [
    'a name that is no label',
    'nodes: [{name: Node_1}]',
    [
      '3:10: ClusterConfig is invalid: nodes[0].name: Invalid value: "Node_1": must match \'^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$\'',
    ],
  ],
  [
    'an address twice',
    'nodes: [{name: a, address: 192.168.56.9}, {name: b, address: 192.168.56.9}]',
    ['3:53: ClusterConfig is invalid: nodes[1].address: Duplicate value: "192.168.56.9"'],
  ],
  [
    "the host's address",
    'nodes: [{name: a, address: 192.168.56.1}]',
    ['3:19: ClusterConfig is invalid: nodes[0].address: Duplicate value: "192.168.56.1"'],
  ],
  [
    'an address outside',
    'nodes: [{name: a, address: 192.168.57.9}]',
    [
      '3:19: ClusterConfig is invalid: nodes[0].address: Invalid value: "192.168.57.9": must be an address in lan.cidr 192.168.56.0/24',
    ],
  ],
  [
    'no address left',
    'lan: {cidr: 192.168.9.0/29}\nnodes: 5',
    [
      '4:1: ClusterConfig is invalid: nodes[4]: Invalid value: "k8s-node4": lan.cidr 192.168.9.0/29 has no address left for this node',
    ],
  ],
  [
    'a pod block of another size',
    'nodes: [{name: a, podBlock: 10.97.0.0/25}]',
    ['3:19: ClusterConfig is invalid: nodes[0].podBlock: Invalid value: "10.97.0.0/25": must be a /26'],
  ],
  [
    'a pod block outside',
    'nodes: [{name: a, podBlock: 10.0.0.0/26}]',
    [
      '3:19: ClusterConfig is invalid: nodes[0].podBlock: Invalid value: "10.0.0.0/26": must be inside podCIDR 10.96.0.0/12',
    ],
  ],
  [
    'pod blocks that overlap',
    'nodes: [{name: a, podBlock: 10.97.0.0/26}, {name: b, podBlock: 10.97.0.0/26}]',
    [
      '3:54: ClusterConfig is invalid: nodes[1].podBlock: Invalid value: "10.97.0.0/26": overlaps 10.97.0.0/26 of node a',
    ],
  ],
  [
    'a pod block where Services are',
    'nodes: [{name: a, podBlock: 10.96.0.0/26}]',
    [
      '3:19: ClusterConfig is invalid: nodes[0].podBlock: Invalid value: "10.96.0.0/26": overlaps the first addresses of serviceCIDR 10.96.0.0/12, which Services use',
    ],
  ],
  [
    'host bits',
    'podCIDR: 10.244.0.5/16',
    [
      '3:1: ClusterConfig is invalid: podCIDR: Invalid value: "10.244.0.5/16": must be written by its first address: 10.244.0.0/16',
    ],
  ],
  [
    'a network that is none',
    'podCIDR: 10.244.0.0/40',
    [
      '3:1: ClusterConfig is invalid: podCIDR: Invalid value: "10.244.0.0/40": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)',
    ],
  ],
  [
    'pods on the LAN',
    'lan: {cidr: 10.96.1.0/24}',
    [
      '1:1: ClusterConfig is invalid: podCIDR: Invalid value: "10.96.0.0/12": must not overlap lan.cidr 10.96.1.0/24',
      '1:1: ClusterConfig is invalid: serviceCIDR: Invalid value: "10.96.0.0/12": must not overlap lan.cidr 10.96.1.0/24',
    ],
  ],
  [
    'a gateway that is the host',
    'lan: {gateway: 192.168.56.1}',
    ['3:7: ClusterConfig is invalid: lan.gateway: Duplicate value: "192.168.56.1"'],
  ],
  [
    'ports the wrong way round',
    'nodePortRange: 32767-30000',
    [
      '3:1: ClusterConfig is invalid: nodePortRange: Invalid value: "32767-30000": both ends must be between 1 and 65535, inclusive, and the first not above the last',
    ],
  ],
  [
    'DNS on the address of the kubernetes Service',
    'dnsAddress: 10.96.0.1',
    [
      '3:1: ClusterConfig is invalid: dnsAddress: Invalid value: "10.96.0.1": must be in serviceCIDR 10.96.0.0/12, after its first address',
    ],
  ],
  [
    'a version that is a number',
    'kubernetesVersion: 1.30',
    ['3:1: ClusterConfig is invalid: kubernetesVersion: Invalid value: 1.3: must be of type string'],
  ],
  [
    'a label value with a space',
    'nodes: [{name: a, labels: {disk: "a b"}}]',
    [
      "3:19: ClusterConfig is invalid: nodes[0].labels: Invalid value: \"a b\": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')",
    ],
  ],
  [
    'a tab',
    'lan:\n\tcidr: 192.168.56.0/24',
    ['4:1: error converting YAML to JSON: yaml: line 4: found character that cannot start any token'],
  ],
  [
    'a second document',
    '---\nkind: Service',
    ['4:1: a cluster configuration is one document; this is a second one (give manifests with -f)'],
  ],
];

for (const [name, body, expected] of refusals) {
  test(`refused with its place: ${name}`, (t) => {
    const { config, problems } = parse(body);
    t.is(config, undefined);
    t.deepEqual(
      problems.map(renderProblem),
      expected.map((text) => `c.yaml:${text}`),
    );
  });
}

test('another kind is refused', (t) => {
  const { problems } = parseClusterConfig('apiVersion: v1\nkind: ClusterConfig\n', 'c.yaml');
  t.is(
    problems[0]?.message,
    'ClusterConfig is invalid: apiVersion: Unsupported value: "v1": supported values: "kubewire/v1"',
  );
});
