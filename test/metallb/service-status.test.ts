/** What speakers write about Services: events, ServiceL2Status, ServiceBGPStatus. */
import test from 'ava';
import { bgpStatusChange } from '../../src/metallb/bgp/service-bgp-status.js';
import { Announcer } from '../../src/metallb/layer2/announcer.js';
import type { AnnouncedInterfaces } from '../../src/metallb/layer2/contract.js';
import type { ServiceStatus, StatusChange } from '../../src/metallb/service-status.js';
import type { SpeakerNews } from '../../src/metallb/speaker/contract.js';
import { eventOf, statusOf } from '../../src/metallb/speaker/news.js';
import { Speaker } from '../../src/metallb/speaker/speaker.js';
import { createManualClock } from '../../src/world/manual-clock.js';
import { type MetalLBPlane, namespace, startMetalLB } from './objects.js';

const service = 'default/web';
const announced = (interfaces: AnnouncedInterfaces): SpeakerNews => {
  return { kind: 'announced', service, interfaces, possible: true };
};

function carryOut({ registry }: MetalLBPlane, change: StatusChange | undefined): void {
  for (const key of change?.remove ?? []) registry.delete(key);
  for (const object of change?.update ?? []) registry.update(object, { subresource: 'status' });
  for (const object of change?.create ?? []) {
    registry.update({ ...registry.create(object), status: object['status'] }, { subresource: 'status' });
  }
}

/** `node interface,interface`; without interfaces: all. */
function statuses({ registry }: MetalLBPlane): string[] {
  return registry.list<ServiceStatus>('metallb.io', 'ServiceL2Status', { namespace }).map(({ status }) => {
    return [status?.node, status?.interfaces?.map(({ name }) => name).join()].filter(Boolean).join(' ');
  });
}

const stories: [title: string, story: [node: string, news: SpeakerNews][], expected: string[]][] = [
  ['the winner has one', [['k8s-node1', announced('all')]], ['k8s-node1']],
  [
    'announcing anew changes nothing',
    [
      ['k8s-node1', announced('all')],
      ['k8s-node1', announced('all')],
    ],
    ['k8s-node1'],
  ],
  [
    'interfaces of an edited advertisement reach it',
    [
      ['k8s-node1', announced(['eth1'])],
      ['k8s-node1', announced(['eth1', 'eth2'])],
    ],
    ['k8s-node1 eth1,eth2'],
  ],
  [
    'so does an advertisement for all of them',
    [
      ['k8s-node1', announced(['eth1'])],
      ['k8s-node1', announced('all')],
    ],
    ['k8s-node1'],
  ],
  [
    'the next winner removes that of one who died',
    [
      ['k8s-node1', announced('all')],
      ['k8s-node2', announced(['eth1'])],
    ],
    ['k8s-node2 eth1'],
  ],
  [
    'the loser removes its own',
    [
      ['k8s-node1', announced('all')],
      ['k8s-node1', { kind: 'withdrawn', service, reason: 'notOwner' }],
    ],
    [],
  ],
  [
    'interfaces that are not there make none',
    [
      ['k8s-node1', { kind: 'announceFailed', service, address: '192.168.56.128' }],
      ['k8s-node1', { kind: 'announced', service, interfaces: ['eth9'], possible: false }],
    ],
    [],
  ],
];

for (const [title, story, expected] of stories) {
  test(`ServiceL2Status: ${title}`, (t) => {
    const plane = startMetalLB();
    for (const [node, news] of story) carryOut(plane, statusOf(plane.registry, node, news));
    t.deepEqual(statuses(plane), expected);
  });
}

test('ServiceL2Status says whose it is by labels, and goes with the speaker pod', (t) => {
  const { registry } = startMetalLB();
  const [created] = statusOf(registry, 'k8s-node1', announced('all'))?.create ?? [];
  t.like(created?.metadata, {
    generateName: 'l2-',
    labels: {
      'metallb.io/node': 'k8s-node1',
      'metallb.io/service-name': 'web',
      'metallb.io/service-namespace': 'default',
    },
  });
  t.like(created?.metadata.ownerReferences?.[0], { kind: 'Pod' });
});

test('an advertisement on interfaces that a node does not have: two events, in MetalLB words', (t) => {
  const heard: SpeakerNews[] = [];
  const announcer = new Announcer({ clock: createManualClock(), responders: [] });
  const report = (news: SpeakerNews) => void heard.push(news);
  const speaker = new Speaker({ node: 'k8s-node1', announcer, interfaces: ['eth0', 'eth1'], report });
  const told = { service, addresses: ['192.168.56.128'], candidates: ['k8s-node1'], scores: {} };
  speaker.update([{ ...told, nodes: { 'k8s-node1': ['eth9'] } }], []);
  t.deepEqual(
    heard.map((news) => eventOf('k8s-node1', news)),
    [
      {
        type: 'Warning',
        reason: 'announceFailed',
        message: `the interfaces specified by LB IP "192.168.56.128" doesn't exist in assigned node "k8s-node1" with protocol "layer2"`,
      },
      { type: 'Normal', reason: 'nodeAssigned', message: 'announcing from node "k8s-node1" with protocol "layer2"' },
    ],
  );
  t.deepEqual(announcer.counters(), {});
  t.like(heard[1], { kind: 'announced', possible: false });
  heard.length = 0;
  speaker.update([{ ...told, nodes: { 'k8s-node1': ['eth1', 'eth9'] } }], []);
  t.deepEqual(heard, [{ kind: 'announced', service, interfaces: ['eth1', 'eth9'], possible: true }]);
});

test('ServiceBGPStatus: one while peers hear of the Service, none when nobody does', (t) => {
  const plane = startMetalLB();
  const say = (...peers: string[]) => {
    const services = [{ service, prefixes: ['10.99.0.0/32'], peers }];
    carryOut(plane, bgpStatusChange(plane.registry, namespace, 'k8s-node1', services));
    const all = plane.registry.list<ServiceStatus>('metallb.io', 'ServiceBGPStatus', { namespace });
    return all.map(({ status }) => [status?.node, ...(status?.peers ?? [])].join(' '));
  };
  t.deepEqual(say('tor'), ['k8s-node1 tor']);
  t.deepEqual(say('tor', 'other'), ['k8s-node1 other tor']);
  t.deepEqual(say(), []);
});
