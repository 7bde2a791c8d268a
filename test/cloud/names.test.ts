import test from 'ava';
import { parseClusterConfig } from '../../src/api/cluster-config.js';
import { assignPlaces, placeOf } from '../../src/cloud/addresses.js';
import type { CloudService } from '../../src/cloud/contract.js';
import { createDesiredState } from '../../src/cluster/desired.js';
import { answer } from '../../src/dns/answer.js';
import type { Rcode } from '../../src/dns/contract.js';
import { DnsRecords } from '../../src/dns/records.js';
import { answerUpstream } from '../../src/dns/upstream.js';
import { createManualWorld } from '../../src/world/manual-clock.js';

const names = { 'web.elb.amazonaws.com': ['203.0.113.7'] };

const questions: [title: string, name: string, type: string, rcode: Rcode, answers: string[]][] = [
  ['a load balancer', 'web.elb.amazonaws.com', 'A', 'NOERROR', ['203.0.113.7']],
  ['the other family', 'web.elb.amazonaws.com', 'AAAA', 'NOERROR', []],
  ['another type', 'web.elb.amazonaws.com', 'TXT', 'NOERROR', []],
  ['a name that it does not know', 'example.com', 'A', 'NXDOMAIN', []],
  ['a name that every object has', 'constructor', 'A', 'NXDOMAIN', []],
];

for (const [title, name, type, rcode, answers] of questions) {
  test(`the provider's name server is asked for ${title}`, (t) => {
    const reply = answerUpstream({ name, type }, names);
    t.is(reply.rcode, rcode);
    t.deepEqual(
      reply.answers.map(({ data }) => data),
      answers,
    );
  });
}

test('the cluster DNS says of names outside what the provider says; without one it fails', (t) => {
  const settings = { zone: 'cluster.local', ttl: 30, localAddress: '10.0.0.1' };
  const question = { name: 'web.elb.amazonaws.com', type: 'A' };
  const view = new DnsRecords();
  t.is(answer(question, view, settings).rcode, 'SERVFAIL');
  const reply = answer(question, view, { ...settings, upstream: names });
  t.is(reply.rcode, 'NOERROR');
  t.false(reply.authoritative);
});

function service(name: string, ip?: string): CloudService {
  const status = ip === undefined ? {} : { status: { loadBalancer: { ingress: [{ ip }] } } };
  return { apiVersion: 'v1', kind: 'Service', metadata: { name, namespace: 'default' }, spec: {}, ...status };
}

test('whoever has an address keeps it; 254 load balancers fit, the next one waits', (t) => {
  const held = service('z', '203.0.113.9');
  const many = Array.from({ length: 254 }, (_, index) => service(`s${index}`));
  const places = assignPlaces([...many, held], 1);
  t.is(places.get('default/z'), 9);
  t.is(places.size, 254);
  t.is(new Set(places.values()).size, 254);
});

test('only addresses of the ranges have a place', (t) => {
  const addresses = ['203.0.113.1', '172.31.56.254', '203.0.113.0', '203.0.113.255', '1.2.3.4', 'x', undefined];
  t.deepEqual(addresses.map(placeOf), [1, 254, undefined, undefined, undefined, undefined, undefined]);
});

const head = 'apiVersion: kubewire/v1\nkind: ClusterConfig\n';
const parse = (text: string) => parseClusterConfig(head + text, 'c.yaml');

test('one line of the configuration adds a cloud', (t) => {
  t.deepEqual(parse('cloud: { provider: aws }').config?.cloud, { provider: 'aws', healthChecks: 'fast' });
  t.is(parse('cloud: { provider: gcp, healthChecks: provider }').config?.cloud?.healthChecks, 'provider');
});

const refused: [text: string, message: RegExp][] = [
  ['cloud: {}', /cloud\.provider: Required/],
  ['cloud: { provider: azure }', /cloud\.provider: Invalid value: "azure"/],
  [
    'cloud: { provider: aws }\nlan: { cidr: 203.0.113.0/25 }',
    /must not overlap 203\.0\.113\.0\/24, which is the cloud's/,
  ],
  ['nodes: [{ name: cloud }]', /"cloud" is a machine of the lab's own/],
];

for (const [text, message] of refused) {
  test(`a cloud that cannot be is refused: ${text.split('\n').join(', ')}`, (t) => {
    t.regex(
      parse(text)
        .problems.map((one) => one.message)
        .join('; '),
      message,
    );
  });
}

test('--cloud counts more than the configuration, and is refused where the networks are in its way', (t) => {
  const start = (text: string) =>
    createDesiredState({ world: createManualWorld(1), cloud: 'gcp', config: { file: 'c.yaml', text: head + text } });
  t.deepEqual(start('cloud: { provider: aws, healthChecks: provider }').config.cloud, {
    provider: 'gcp',
    healthChecks: 'provider',
  });
  t.throws(() => start('lan: { cidr: 172.31.0.0/16 }'), { message: /--cloud gcp: lan\.cidr must not overlap/ });
});
