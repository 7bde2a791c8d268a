import test from 'ava';
import { type BalancerOptions, balancer, startCloud } from './objects.js';

const finalizer = 'service.kubernetes.io/load-balancer-cleanup';

test('a Service gets its load balancer, and events tell of it', (t) => {
  const cloud = startCloud('aws');
  cloud.apply(balancer('web'));
  t.regex(cloud.shown('web'), /^a[0-9a-f]{31}-\d{10}\.ap-northeast-2\.elb\.amazonaws\.com$/);
  t.deepEqual(cloud.service('web')?.metadata.finalizers, [finalizer]);
  t.deepEqual(cloud.events('web'), [
    'service-controller EnsuringLoadBalancer: Ensuring load balancer',
    'service-controller EnsuredLoadBalancer: Ensured load balancer',
  ]);
});

test('the same Services get the same names and addresses, in whatever order they come', (t) => {
  const one = startCloud('gcp');
  one.apply(balancer('a'), balancer('b'), balancer('c'));
  const other = startCloud('gcp');
  for (const name of ['c', 'b', 'a']) other.apply(balancer(name));
  for (const name of ['a', 'b', 'c']) t.is(one.shown(name), other.shown(name));
});

test('deleting a Service takes its load balancer down first', (t) => {
  const cloud = startCloud('aws');
  cloud.apply(balancer('web'));
  cloud.remove('web');
  t.is(cloud.service('web'), undefined);
  t.deepEqual(cloud.events('web').slice(2), [
    'service-controller DeletingLoadBalancer: Deleting load balancer',
    'service-controller DeletedLoadBalancer: Deleted load balancer',
  ]);
});

test('a Service of another type has no load balancer any more', (t) => {
  const cloud = startCloud('gcp');
  cloud.apply(balancer('web'));
  cloud.apply(balancer('web', { spec: { type: 'NodePort' } }));
  t.deepEqual(cloud.service('web')?.metadata.finalizers, undefined);
  t.deepEqual(cloud.service('web')?.status, { loadBalancer: {} });
  t.deepEqual(
    cloud
      .events('web')
      .slice(2)
      .map((line) => line.split(' ')[1]),
    ['Type:', 'DeletingLoadBalancer:', 'DeletedLoadBalancer:'],
  );
});

test('a change that the load balancer follows is told; one that it does not see is not', (t) => {
  const cloud = startCloud('gcp');
  cloud.apply(balancer('web'));
  cloud.apply(balancer('web', { spec: { externalTrafficPolicy: 'Local' } }));
  t.true(cloud.events('web').includes('service-controller ExternalTrafficPolicy: Cluster -> Local'));
  const before = cloud.registry.list('', 'Event').map(({ metadata }) => metadata.resourceVersion);
  cloud.apply(balancer('web', { spec: { externalTrafficPolicy: 'Local', selector: { app: 'other' } } }));
  t.deepEqual(
    cloud.registry.list('', 'Event').map(({ metadata }) => metadata.resourceVersion),
    before,
  );
});

test('a node that is excluded is a target no more', (t) => {
  const cloud = startCloud('gcp');
  cloud.apply(balancer('web'));
  cloud.label('k8s-node2', 'node.kubernetes.io/exclude-from-external-load-balancers', '');
  t.is(cloud.events('web').at(-1), 'service-controller UpdatedLoadBalancer: Updated load balancer with new hosts');
  cloud.label('k8s-node1', 'node.kubernetes.io/exclude-from-external-load-balancers', '');
  cloud.label('k8s-node3', 'node.kubernetes.io/exclude-from-external-load-balancers', '');
  t.is(
    cloud.events('web').at(-1),
    'service-controller UnAvailableLoadBalancer: There are no available nodes for LoadBalancer',
  );
});

const failed = 'Error syncing load balancer: failed to ensure load balancer:';

const refusals: [title: string, options: BalancerOptions, words: string][] = [
  ['affinity', { spec: { sessionAffinity: 'ClientIP' } }, 'unsupported load balancer affinity: ClientIP'],
  ['an address', { spec: { loadBalancerIP: '1.2.3.4' } }, 'LoadBalancerIP cannot be specified for AWS ELB'],
  [
    'UDP at a classic one',
    { spec: { ports: [{ port: 53, protocol: 'UDP' }] } },
    'Protocol UDP not supported by LoadBalancer',
  ],
  [
    'two protocols',
    {
      aws: { type: 'nlb' },
      spec: {
        ports: [
          { name: 'a', port: 53, protocol: 'UDP' },
          { name: 'b', port: 53, protocol: 'TCP' },
        ],
      },
    },
    'mixed protocol is not supported for LoadBalancer',
  ],
  [
    'the PROXY protocol for some',
    { aws: { 'proxy-protocol': '80' } },
    'annotation "service.beta.kubernetes.io/aws-load-balancer-proxy-protocol"="80" detected, but the only value supported currently is \'*\'',
  ],
  [
    'what is neither true nor false',
    { aws: { 'cross-zone-load-balancing-enabled': 'maybe' } },
    'error parsing service annotation: service.beta.kubernetes.io/aws-load-balancer-cross-zone-load-balancing-enabled=maybe',
  ],
  [
    'target groups of a classic one',
    { aws: { 'target-group-attributes': 'preserve_client_ip.enabled=true' } },
    'target group attributes annotation is only supported for NLB',
  ],
  [
    'a check that is no number',
    { aws: { 'healthcheck-interval': 'often' } },
    'failed to parse annotation service.beta.kubernetes.io/aws-load-balancer-healthcheck-interval=often',
  ],
];

for (const [title, options, words] of refusals) {
  test(`AWS refuses ${title}`, (t) => {
    const cloud = startCloud('aws');
    cloud.apply(balancer('web', options));
    t.is(cloud.shown('web'), '<pending>');
    t.is(cloud.events('web').at(-1), `service-controller SyncLoadBalancerFailed: ${failed} ${words}`);
  });
}

test('AWS does not make a network load balancer of a classic one', (t) => {
  const cloud = startCloud('aws');
  cloud.apply(balancer('web'));
  const before = cloud.shown('web');
  cloud.apply(balancer('web', { aws: { type: 'nlb' } }));
  t.is(cloud.shown('web'), before);
  const words =
    'cannot update Load Balancer Type annotation "service.beta.kubernetes.io/aws-load-balancer-type" after creation for NLB';
  t.is(cloud.events('web').at(-1), `service-controller SyncLoadBalancerFailed: ${failed} ${words}`);
});

test('GCP takes an address of its range, and refuses others', (t) => {
  const cloud = startCloud('gcp');
  cloud.apply(balancer('web', { spec: { loadBalancerIP: '203.0.113.7' } }));
  t.is(cloud.shown('web'), '203.0.113.7');
  t.deepEqual(cloud.service('web')?.status?.loadBalancer?.ingress, [{ ip: '203.0.113.7', ipMode: 'VIP' }]);
  cloud.apply(balancer('other', { spec: { loadBalancerIP: '1.2.3.4' } }));
  t.is(
    cloud.events('other').at(-1),
    `service-controller SyncLoadBalancerFailed: ${failed} requested ip "1.2.3.4" is neither static nor assigned to the LB`,
  );
});

test('a class belongs to somebody else', (t) => {
  for (const provider of ['aws', 'gcp'] as const) {
    const cloud = startCloud(provider);
    cloud.apply(balancer('web', { spec: { loadBalancerClass: 'example.com/other' } }));
    t.is(cloud.shown('web'), '<pending>');
    t.deepEqual(cloud.events('web'), []);
  }
});

const requests: [title: string, options: BalancerOptions, hostname: RegExp | '<pending>', events: string[]][] = [
  ['nlb', { aws: { type: 'nlb' } }, /^a[0-9a-f]{31}-[0-9a-f]{16}\.elb\.ap-northeast-2\./, ['EnsuredLoadBalancer']],
  ['external without a target type', { aws: { type: 'external' } }, '<pending>', []],
  [
    'external with instances, as in the notes',
    { aws: { type: 'external', 'nlb-target-type': 'instance' } },
    /^k8s-default-web-[0-9a-f]{10}-[0-9a-f]{16}\.elb\.ap-northeast-2\.amazonaws\.com$/,
    ['SuccessfullyReconciled'],
  ],
  ['nlb-ip', { aws: { type: 'nlb-ip' } }, /^k8s-default-web-/, ['SuccessfullyReconciled']],
];

for (const [title, options, hostname, reasons] of requests) {
  test(`aws-load-balancer-type ${title}: who makes it`, (t) => {
    const cloud = startCloud('aws');
    cloud.apply(balancer('web', options));
    if (hostname === '<pending>') t.is(cloud.shown('web'), hostname);
    else t.regex(cloud.shown('web'), hostname);
    const told = cloud.events('web').map((line) => line.split(/[ :]/)[1]);
    t.deepEqual(told, ['EnsuringLoadBalancer', ...reasons]);
    cloud.remove('web');
    t.is(cloud.service('web'), undefined, 'no finalizer is left');
  });
}

test('the class of the AWS Load Balancer Controller is its own business', (t) => {
  const cloud = startCloud('aws');
  cloud.apply(balancer('web', { aws: { scheme: 'here' }, spec: { loadBalancerClass: 'service.k8s.aws/nlb' } }));
  t.deepEqual(cloud.events('web'), ['service FailedBuildModel: Failed build model due to unknown scheme: here']);
  cloud.apply(balancer('web', { aws: { scheme: 'internal' }, spec: { loadBalancerClass: 'service.k8s.aws/nlb' } }));
  t.regex(cloud.shown('web'), /^k8s-default-web-/);
  t.deepEqual(cloud.service('web')?.metadata.finalizers, ['service.k8s.aws/resources']);
});
