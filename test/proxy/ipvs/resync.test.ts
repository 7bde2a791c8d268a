/** A kube-proxy that starts, or that lost its way, goes by what the tools print. */
import test from 'ava';
import { planTraffic, trafficOfNode } from '../../../src/model/traffic.js';
import { ipvsadmArguments, isIntact, type ServerOperation } from '../../../src/proxy/ipvs/change.js';
import { dummyDevice, type IpvsRuleSet } from '../../../src/proxy/ipvs/compile.js';
import { ipvsEngine } from '../../../src/proxy/ipvs/engine.js';
import { countedServices, settle } from '../../../src/proxy/ipvs/graceful.js';
import type { ObservedTexts } from '../../../src/proxy/ipvs/observed.js';
import type { IpvsOptions } from '../../../src/proxy/ipvs/options.js';
import { ipvsJumps } from '../../../src/proxy/ipvs/rules.js';
import { renderSets } from '../../../src/proxy/ipvs/sets.js';
import { renderVirtualServers, virtualServerKey } from '../../../src/proxy/ipvs/virtual-server.js';
import type { Rule } from '../../../src/proxy/xtables/rule.js';
import { savedLine } from '../../../src/proxy/xtables/save-text.js';
import { randomCluster } from '../cases/random.js';
import { node } from '../cases/world.js';

function compile(seed: number, options: Partial<IpvsOptions> = {}): IpvsRuleSet {
  const { services, slices } = randomCluster(seed);
  const traffic = trafficOfNode(planTraffic({ services, endpointSlices: slices }), node());
  return ipvsEngine.compile(traffic, ipvsEngine.options(options));
}

function saved({ nat, filter }: IpvsRuleSet): string {
  const table = (name: string, rules: readonly Rule[]) => {
    const ensured = ipvsJumps.filter((one) => one.table === name);
    const chains = ensured.map((one) => `:${one.operation === 'EnsureChain' ? one.chain : one.rule.chain} - [0:0]`);
    const jumps = ensured.flatMap((one) => (one.operation === 'EnsureRule' ? [savedLine(one.rule)] : []));
    return [`*${name}`, ...chains, ...jumps, ...rules.map(savedLine), 'COMMIT'].join('\n');
  };
  return `${table('nat', nat)}\n${table('filter', filter)}\n`;
}

/** What the tools would print of it. */
function printed(state: IpvsRuleSet): ObservedTexts {
  const addresses = state.addresses.map((ip) => `4: ${dummyDevice}    inet ${ip}/32 scope global ${dummyDevice}\n`);
  const servers = renderVirtualServers(state.virtualServers);
  return { addresses: addresses.join(''), sets: renderSets(state.sets), servers, rules: saved(state) };
}

const resync = (texts: ObservedTexts, next: IpvsRuleSet) => {
  const change = ipvsEngine.resync?.(JSON.stringify(texts), next);
  if (change === undefined) throw new Error('IPVS mode has a resync');
  return change;
};

const named = (operations: readonly ServerOperation[]) =>
  operations.map((one) => [
    one.operation,
    virtualServerKey(one.service),
    'server' in one ? `${one.server.address}:${one.server.port}` : '',
  ]);

test('from what is printed it takes the same steps as from memory', (t) => {
  for (let seed = 0; seed < 40; seed++) {
    const [before, after] = [compile(seed), compile(seed + 1, seed % 2 === 0 ? {} : { scheduler: 'sh' })];
    const [remembered, read] = [ipvsEngine.plan(before, after), resync(printed(before), after)];
    t.deepEqual(named(read.servers), named(remembered?.servers ?? []), `seed ${seed}`);
    t.is(read.sets, remembered?.sets ?? '', `seed ${seed}`);
    t.deepEqual([read.bind, read.unbind], [remembered?.bind ?? [], remembered?.unbind ?? []], `seed ${seed}`);
    t.false(read.makeLink);
  }
});

test('where nothing is, everything is made', (t) => {
  const wanted = compile(3);
  const { servers, sets, makeLink, iptables } = resync(
    { addresses: undefined, sets: '', servers: '', rules: '' },
    wanted,
  );
  t.true(makeLink);
  t.is(sets, renderSets(wanted.sets));
  t.is(servers.map((one) => `${ipvsadmArguments(one)}\n`).join(''), renderVirtualServers(wanted.virtualServers));
  t.regex(iptables, /^-I PREROUTING 1 .*-j KUBE-SERVICES$/m);
});

const foreign = '-A -t 198.51.100.7:80 -s fo\n-a -t 198.51.100.7:80 -r 10.1.1.1:80 -m -w 1\n-A -f 7 -s rr\n';

test('a virtual server of nobody’s goes, but for one in excludeCIDRs; one by firewall mark is left alone', (t) => {
  const wanted = compile(3);
  const there = { ...printed(wanted), servers: printed(wanted).servers + foreign };
  t.deepEqual(resync(there, wanted).servers.map(ipvsadmArguments), ['-D -t 198.51.100.7:80']);
  t.deepEqual(resync(there, compile(3, { excludeCIDRs: ['198.51.100.0/24'] })).servers, []);
});

test('an endpoint found at weight 0 gets its weight back; one that is known to drain is made anew', (t) => {
  const wanted = compile(3);
  const there = printed(wanted);
  const idle = { ...there, servers: there.servers.replace('-w 1', '-w 0') };
  const { servers } = resync(idle, wanted);
  t.regex(servers.map(ipvsadmArguments).join('\n'), /^-e \S+ \S+ -r \S+ -m -w 1$/);
  const [edit] = servers;
  if (edit?.operation !== 'editServer') return t.fail();
  const name = `${virtualServerKey(edit.service)}/${edit.server.address}:${edit.server.port}`;
  const step = settle(servers, () => undefined, new Map([[name, edit]]));
  t.deepEqual(
    step.operations.map(({ operation }) => operation),
    ['deleteServer', 'addServer'],
  );
});

test('what drains already is left to its turn, and nobody’s connections are counted twice', (t) => {
  const wanted = compile(3);
  const there = printed(wanted);
  const [, service = ''] = /^-A (-t \S+)/m.exec(there.servers) ?? [];
  const draining = {
    ...there,
    servers: there.servers.replace(/^(-A -t .*\n)/m, `$1-a ${service} -r 10.9.9.9:80 -m -w 0\n`),
  };
  const { servers } = resync(draining, wanted);
  t.deepEqual(countedServices(servers), [service]);
  const [retire] = servers;
  if (retire?.operation !== 'retireServer') return t.fail();
  const known = settle(servers, () => ({ active: 1, inactive: 0 }), new Map());
  t.deepEqual(known.operations.map(ipvsadmArguments), [`-e ${service} -r 10.9.9.9:80 -m -w 0`]);
  t.deepEqual(settle(servers, () => ({ active: 0, inactive: 0 }), known.draining).operations, []);
});

test('whatever somebody takes away or adds is missed; what drains is not', (t) => {
  const wanted = compile(3);
  const there = printed(wanted);
  const intact = (change: Partial<ObservedTexts>) => isIntact(JSON.stringify({ ...there, ...change }), wanted);
  t.true(intact({}));
  t.false(intact({ addresses: undefined }));
  t.false(intact({ addresses: there.addresses?.split('\n').slice(1).join('\n') }));
  t.false(intact({ sets: there.sets.replace(/^add .*\n/m, '') }));
  t.false(intact({ servers: '' }));
  t.false(intact({ servers: there.servers + foreign }));
  t.false(intact({ rules: there.rules.replace(/^-A KUBE-SERVICES .*\n/m, '') }));
  t.false(intact({ rules: there.rules.replace(/^-A PREROUTING .*\n/m, '') }));
  const [, service = ''] = /^-A (-t \S+)/m.exec(there.servers) ?? [];
  t.true(intact({ servers: there.servers.replace(/^(-A -t .*\n)/m, `$1-a ${service} -r 10.9.9.9:80 -m -w 0\n`) }));
});
