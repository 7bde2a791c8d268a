/** IPVS state: golden text, changes for each tool, and graceful termination. */
import test from 'ava';
import { planTraffic, trafficOfNode } from '../../../src/model/traffic.js';
import { type IpvsChange, ipvsadmArguments, type ServerOperation } from '../../../src/proxy/ipvs/change.js';
import type { IpvsRuleSet } from '../../../src/proxy/ipvs/compile.js';
import { ipvsEngine } from '../../../src/proxy/ipvs/engine.js';
import { drain, parseConnections, retirement, settle } from '../../../src/proxy/ipvs/graceful.js';
import type { IpvsOptions } from '../../../src/proxy/ipvs/options.js';
import { renderIpvsRestore, timeoutArguments } from '../../../src/proxy/ipvs/render.js';
import { kernelSetName } from '../../../src/proxy/ipvs/sets.js';
import { renderVirtualServers } from '../../../src/proxy/ipvs/virtual-server.js';
import { overallServices, overallSlices } from '../cases/overall.js';
import { type Cluster, randomCluster } from '../cases/random.js';
import { endpoint, node, podCIDR, service, slice } from '../cases/world.js';
import { matchesGolden } from '../golden.js';

const given: Partial<IpvsOptions> = { localTrafficDetector: { kind: 'ClusterCIDR', cidr: podCIDR } };
const options = ipvsEngine.options(given);
const overall: Cluster = { services: [...overallServices], slices: [...overallSlices] };

function compile({ services, slices }: Cluster, more?: Partial<IpvsOptions>): IpvsRuleSet {
  const traffic = trafficOfNode(planTraffic({ services, endpointSlices: slices }), node());
  return ipvsEngine.compile(traffic, more === undefined ? options : ipvsEngine.options({ ...given, ...more }));
}

test('ipvs overall state', (t) => {
  matchesGolden(t, ipvsEngine.render(compile(overall, { strictARP: true })));
});

const web = service('web', { type: 'NodePort', clusterIP: '10.100.3.1', ports: [{ port: 80, nodePort: 30080 }] });
const at = (...pods: Parameters<typeof endpoint>[0][]): Cluster => ({
  services: [web],
  slices: [
    slice(
      'web',
      pods.map((pod) => endpoint(pod)),
    ),
  ],
});

test('nothing changed: nothing to do', (t) => {
  t.is(ipvsEngine.plan(compile(at('a')), compile(at('a'), {})), undefined);
});

test('a changed endpoint touches its real servers only', (t) => {
  const change = ipvsEngine.plan(compile(at('b')), compile(at('d')));
  t.like(change, { sysctls: [], bind: [], unbind: [], sets: '', iptables: '' });
  t.deepEqual(
    change?.servers.map(({ operation, ...rest }) => `${operation} ${'server' in rest ? rest.server.address : ''}`),
    ['addServer 10.111.218.82', 'retireServer 10.109.131.10', 'addServer 10.111.218.82', 'retireServer 10.109.131.10'],
    'once for the ClusterIP, once for the node port',
  );
});

test('a new Service binds its address, fills the sets and adds rules for sets that were empty', (t) => {
  const change = ipvsEngine.plan(compile({ services: [], slices: [] }), compile(at('a')));
  t.deepEqual(change?.bind, ['10.100.3.1']);
  t.true(change?.sets.includes('add KUBE-CLUSTER-IP 10.100.3.1,tcp:80 -exist\n'));
  t.true(change?.iptables.includes('--match-set KUBE-NODE-PORT-TCP dst -j KUBE-MARK-MASQ'));
  t.deepEqual(change?.servers.map(ipvsadmArguments), [
    '-A -t 10.100.3.1:80 -s rr',
    '-a -t 10.100.3.1:80 -r 10.111.156.70:8080 -m -w 1',
    '-A -t 192.168.56.101:30080 -s rr',
    '-a -t 192.168.56.101:30080 -r 10.111.156.70:8080 -m -w 1',
  ]);
});

test('a Service that goes unbinds its address and deletes its virtual servers', (t) => {
  const change = ipvsEngine.plan(compile(at('a')), compile({ services: [], slices: [] }));
  t.deepEqual(change?.unbind, ['10.100.3.1']);
  t.true(change?.sets.includes('del KUBE-IPVS-IPS 10.100.3.1 -exist\n'));
  t.deepEqual(change?.servers.map(ipvsadmArguments), ['-D -t 10.100.3.1:80', '-D -t 192.168.56.101:30080']);
});

test('the scheduler is the one asked for; mh also hashes the source port', (t) => {
  t.regex(renderVirtualServers(compile(at('a'), { scheduler: 'sed' }).virtualServers), /-A -t 10.100.3.1:80 -s sed\n/);
  t.regex(renderVirtualServers(compile(at('a'), { scheduler: 'mh' }).virtualServers), /-s mh -b mh-port\n/);
  const change = ipvsEngine.plan(compile(at('a')), compile(at('a'), { scheduler: 'lc' }));
  t.deepEqual(change?.servers.map(ipvsadmArguments), ['-E -t 10.100.3.1:80 -s lc', '-E -t 192.168.56.101:30080 -s lc']);
});

test('node ports have a virtual server on each address that takes them, never on loopback', (t) => {
  const interfaceAddresses = ['127.0.0.1', '192.168.56.101', '10.111.156.64'];
  const ips = (more: Partial<IpvsOptions>): string[] =>
    compile(at('a'), { interfaceAddresses, ...more })
      .virtualServers.filter(({ port }) => port === 30080)
      .map(({ address }) => address);
  t.deepEqual(ips({}), ['10.111.156.64', '192.168.56.101']);
  t.deepEqual(ips({ nodePortAddresses: ['192.168.56.0/24'] }), ['192.168.56.101']);
});

test('a VIP that another interface has is not bound', (t) => {
  const services = [
    service('web', { clusterIP: '10.100.3.1', externalIPs: ['192.168.56.101'], ports: [{ port: 80 }] }),
  ];
  t.deepEqual(compile({ services, slices: [] }).addresses, ['10.100.3.1']);
});

test('sysctls and timeouts', (t) => {
  const names = (more: Partial<IpvsOptions>): string[] => compile(at('a'), more).sysctls.map(({ key }) => key);
  t.false(names({}).includes('net.ipv4.conf.all.arp_ignore'));
  t.true(names({ strictARP: true }).includes('net.ipv4.conf.all.arp_ignore'));
  t.is(timeoutArguments(options.timeouts), undefined);
  t.is(timeoutArguments({ tcp: 900, tcpFin: 120, udp: 300 }), '--set 900 120 300');
});

test('IPv6 sets have names of their own, cut to what ipset takes', (t) => {
  t.is(kernelSetName('KUBE-LOOP-BACK', 'IPv6'), 'KUBE-6-LOOP-BACK');
  t.is(kernelSetName('KUBE-LOAD-BALANCER-SOURCE-CIDR', 'IPv6').length, 31);
});

test('changes between random clusters add up to a new start', (t) => {
  const members = new Map<string, Set<string>>();
  const servers = new Set<string>();
  const bound = new Set<string>();
  let last: IpvsRuleSet | undefined;
  for (let seed = 0; seed < 40; seed++) {
    const next = compile(randomCluster(seed));
    const change = ipvsEngine.plan(last, next);
    for (const line of change?.sets.split('\n') ?? []) applySetLine(members, line);
    for (const operation of change?.servers ?? []) applyServer(servers, operation);
    applyAddresses(bound, change);
    last = next;
    t.deepEqual([...bound].sort(), next.addresses, `seed ${seed}`);
    t.deepEqual(
      next.sets.map(({ name, entries }) => [name, entries]),
      next.sets.map(({ name }) => [name, [...(members.get(name) ?? [])].sort()]),
      `seed ${seed}`,
    );
    const wanted = next.virtualServers.flatMap((server) => [
      `${server.protocol} ${server.address}:${server.port}`,
      ...server.realServers.map(
        (real) => `${server.protocol} ${server.address}:${server.port}/${real.address}:${real.port}`,
      ),
    ]);
    t.deepEqual([...servers].sort(), wanted.sort(), `seed ${seed}`);
  }
});

function applySetLine(members: Map<string, Set<string>>, line: string): void {
  const [verb = '', name = '', entry = ''] = line.split(' ');
  const set = members.get(name) ?? new Set<string>();
  if (verb !== '') members.set(name, set);
  if (verb === 'add') set.add(entry);
  if (verb === 'del') set.delete(entry);
}

function applyServer(servers: Set<string>, operation: ServerOperation): void {
  const { protocol, address, port } = operation.service;
  const service = `${protocol} ${address}:${port}`;
  if (operation.operation === 'addService') servers.add(service);
  if (operation.operation === 'addServer')
    servers.add(`${service}/${operation.server.address}:${operation.server.port}`);
  if (operation.operation === 'retireServer') {
    servers.delete(`${service}/${operation.server.address}:${operation.server.port}`);
  }
  if (operation.operation !== 'deleteService') return;
  for (const name of [...servers]) if (name === service || name.startsWith(`${service}/`)) servers.delete(name);
}

function applyAddresses(bound: Set<string>, change: IpvsChange | undefined): void {
  for (const address of change?.bind ?? []) bound.add(address);
  for (const address of change?.unbind ?? []) bound.delete(address);
}

test('rules are written for sets that have members', (t) => {
  const empty = renderIpvsRestore(compile({ services: [], slices: [] }));
  t.false(empty.includes('--match-set KUBE-LOAD-BALANCER dst,dst -j KUBE-LOAD-BALANCER'));
  t.true(
    empty.includes('-A KUBE-IPVS-FILTER -m conntrack --ctstate NEW -m set --match-set KUBE-IPVS-IPS dst -j REJECT'),
  );
});

test('a server without connections goes, one with connections drains, UDP and SCTP never drain', (t) => {
  t.deepEqual(retirement('TCP', { active: 0, inactive: 0 }), { action: 'delete', reason: 'idle' });
  t.deepEqual(retirement('TCP', { active: 0, inactive: 1 }), { action: 'drain', reason: 'connectionsLeft' });
  t.deepEqual(retirement('UDP', { active: 5, inactive: 5 }), { action: 'delete', reason: 'notConnectionOriented' });
  t.deepEqual(retirement('SCTP', { active: 5, inactive: 5 }), { action: 'delete', reason: 'notConnectionOriented' });
});

const listing = (active: number): string => `IP Virtual Server version 1.2.1 (size=4096)
Prot LocalAddress:Port Scheduler Flags
  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn
TCP  10.100.3.1:80 rr
  -> 10.109.131.10:8080           Masq    1      ${active}          0
TCP  192.168.56.101:30080 rr
  -> 10.109.131.10:8080           Masq    1      0          0
`;

test('draining: weight 0 first, gone when the last connection ends', (t) => {
  const change = ipvsEngine.plan(compile(at('b')), compile(at('d')));
  const first = settle(change?.servers ?? [], parseConnections(listing(2)), new Map());
  t.deepEqual(first.operations.map(ipvsadmArguments), [
    '-a -t 10.100.3.1:80 -r 10.111.218.82:8080 -m -w 1',
    '-e -t 10.100.3.1:80 -r 10.109.131.10:8080 -m -w 0',
    '-a -t 192.168.56.101:30080 -r 10.111.218.82:8080 -m -w 1',
    '-d -t 192.168.56.101:30080 -r 10.109.131.10:8080',
  ]);
  t.deepEqual([...first.draining.keys()], ['TCP 10.100.3.1:80/10.109.131.10:8080']);
  t.deepEqual(drain(first.draining, parseConnections(listing(1))).operations, []);
  const last = drain(first.draining, parseConnections(listing(0)));
  t.deepEqual(last.operations.map(ipvsadmArguments), ['-d -t 10.100.3.1:80 -r 10.109.131.10:8080']);
  t.is(last.draining.size, 0);
});

test('an endpoint that comes back while it drains is deleted and added again', (t) => {
  const count = parseConnections(listing(2));
  const away = settle(ipvsEngine.plan(compile(at('b')), compile(at('d')))?.servers ?? [], count, new Map());
  const back = settle(ipvsEngine.plan(compile(at('d')), compile(at('b')))?.servers ?? [], count, away.draining);
  t.deepEqual(back.operations.map(ipvsadmArguments).slice(0, 2), [
    '-d -t 10.100.3.1:80 -r 10.109.131.10:8080',
    '-a -t 10.100.3.1:80 -r 10.109.131.10:8080 -m -w 1',
  ]);
  t.is(back.draining.size, 0);
});

test('draining ends with the Service', (t) => {
  const count = parseConnections(listing(2));
  const away = settle(ipvsEngine.plan(compile(at('b')), compile(at('d')))?.servers ?? [], count, new Map());
  const gone = ipvsEngine.plan(compile(at('d')), compile({ services: [], slices: [] }));
  t.is(settle(gone?.servers ?? [], count, away.draining).draining.size, 0);
});

test('a retirement that nobody decided is not written', (t) => {
  const change = ipvsEngine.plan(compile(at('b')), compile(at('d')));
  const retire = change?.servers.find(({ operation }) => operation === 'retireServer');
  t.throws(() => retire && ipvsadmArguments(retire), { message: /retirement/ });
});
