/** Texts as Debian's ipvsadm 1.31, ipset 7.17 and iproute2 6.1 print them. */
import test from 'ava';
import { planTraffic, trafficOfNode } from '../../../src/model/traffic.js';
import {
  canonicalAddresses,
  canonicalServers,
  canonicalSets,
  withoutDraining,
} from '../../../src/proxy/ipvs/canonical.js';
import { ipvsEngine } from '../../../src/proxy/ipvs/engine.js';
import { renderSets } from '../../../src/proxy/ipvs/sets.js';
import { renderVirtualServers } from '../../../src/proxy/ipvs/virtual-server.js';
import { overallServices, overallSlices } from '../cases/overall.js';
import { node } from '../cases/world.js';

const sets = `create KUBE-NODE-PORT-TCP bitmap:port range 0-65535
add KUBE-NODE-PORT-TCP 30080
create KUBE-CLUSTER-IP hash:ip,port family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x3a1b5c7d
add KUBE-CLUSTER-IP 10.96.0.10,udp:53
add KUBE-CLUSTER-IP 10.96.0.1,tcp:443
create cali40all-ipam-pools hash:net family inet hashsize 1024 maxelem 1048576 bucketsize 12 initval 0x1
add cali40all-ipam-pools 10.96.0.0/12
`;

test('sets: members in order, without what the kernel chooses and without the sets of others', (t) => {
  t.is(
    canonicalSets(sets),
    `add KUBE-CLUSTER-IP 10.96.0.1,tcp:443
add KUBE-CLUSTER-IP 10.96.0.10,udp:53
add KUBE-NODE-PORT-TCP 30080
create KUBE-CLUSTER-IP hash:ip,port family inet maxelem 65536
create KUBE-NODE-PORT-TCP bitmap:port range 0-65535
`,
  );
  const elsewhere = sets.replace('0x3a1b5c7d', '0x00000000').replace('hashsize 1024', 'hashsize 2048');
  t.is(canonicalSets(elsewhere), canonicalSets(sets), 'a table that grew holds the same');
  t.not(canonicalSets(sets.replace('tcp:443', 'tcp:444')), canonicalSets(sets));
  t.not(canonicalSets(sets.replace('hash:ip,port', 'hash:ip')), canonicalSets(sets));
});

const servers = `-A -u 10.96.0.10:53 -s rr
-a -u 10.96.0.10:53 -r 10.108.82.194:53 -m -w 1
-a -u 10.96.0.10:53 -r 10.108.82.193:53 -m -w 1
-A -t 10.96.0.1:443 -s rr -p 10800
-a -t 10.96.0.1:443 -r 192.168.56.100:6443 -m -w 1
`;

test('virtual servers: by address, with scheduler, persistence, and each real server with its weight', (t) => {
  t.is(
    canonicalServers(servers),
    `-t 10.96.0.1:443 -r 192.168.56.100:6443 -m -w 1
-t 10.96.0.1:443 -s rr -p 10800
-u 10.96.0.10:53 -r 10.108.82.193:53 -m -w 1
-u 10.96.0.10:53 -r 10.108.82.194:53 -m -w 1
-u 10.96.0.10:53 -s rr
`,
  );
  t.is(canonicalServers(servers.split('\n').reverse().join('\n')), canonicalServers(servers));
  t.not(
    canonicalServers(servers.replace('-w 1', '-w 0')),
    canonicalServers(servers),
    'one that drains is another state',
  );
  t.not(canonicalServers(servers.replace('-s rr', '-s lc')), canonicalServers(servers));
  const drains = `${servers}-a -t 10.96.0.1:443 -r 192.168.56.107:6443 -m -w 0\n`;
  t.is(withoutDraining(drains), servers);
});

test('addresses of kube-ipvs0, in order', (t) => {
  const listed = `5: kube-ipvs0    inet 10.96.0.10/32 scope global kube-ipvs0\\       valid_lft forever preferred_lft forever
5: kube-ipvs0    inet 10.96.0.1/32 scope global kube-ipvs0\\       valid_lft forever preferred_lft forever
`;
  t.is(canonicalAddresses(listed), '10.96.0.1/32\n10.96.0.10/32\n');
  t.is(canonicalAddresses(''), '');
});

test('what the engine compiles has the same form as what the tools read back', (t) => {
  const services = [...overallServices];
  const traffic = trafficOfNode(planTraffic({ services, endpointSlices: [...overallSlices] }), node());
  const { sets: compiled, virtualServers } = ipvsEngine.compile(traffic, ipvsEngine.options());
  const readBack = renderSets(compiled)
    .replaceAll(' -exist', '')
    .replaceAll(' maxelem 65536', ' maxelem 65536 bucketsize 12 initval 0x12345678');
  t.is(canonicalSets(readBack), canonicalSets(renderSets(compiled).replaceAll(' -exist', '')));
  t.is(canonicalServers(renderVirtualServers(virtualServers)).split('\n').length - 1, countOf(virtualServers));
});

function countOf(servers: readonly { realServers: readonly unknown[] }[]): number {
  return servers.reduce((sum, { realServers }) => sum + 1 + realServers.length, 0);
}
