import test from 'ava';
import { withoutZeroValues } from '../../src/schema/zero-values.js';

const service = (spec: object, metadata: object = { name: 'w' }) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata,
  spec,
});

const cases: [title: string, given: { apiVersion: string; kind: string }, kept: unknown][] = [
  [
    'empty optional lists and maps go',
    service({ ports: [], selector: {} }, { name: 'w', labels: {}, finalizers: [] }),
    service({}),
  ],
  [
    'zero scalars that are no pointers go',
    service({ clusterIP: '', publishNotReadyAddresses: false, ports: [{ port: 80, nodePort: 0, name: '' }] }),
    service({ ports: [{ port: 80 }] }),
  ],
  [
    'zero scalars behind pointers stay',
    service({ allocateLoadBalancerNodePorts: false, loadBalancerClass: '' }),
    service({ allocateLoadBalancerNodePorts: false, loadBalancerClass: '' }),
  ],
  ['required fields stay', service({ ports: [{ port: 0 }] }), service({ ports: [{ port: 0 }] })],
  [
    'an IntOrString of 0 stays',
    service({ ports: [{ port: 80, targetPort: 0 }] }),
    service({ ports: [{ port: 80, targetPort: 0 }] }),
  ],
  ['empty texts in a map stay', service({ selector: { a: '' } }), service({ selector: { a: '' } })],
  [
    'empty structs stay',
    service({ sessionAffinityConfig: { clientIP: {} } }),
    service({ sessionAffinityConfig: { clientIP: {} } }),
  ],
  [
    'scalars of structs whose pointers are not known stay',
    { apiVersion: 'apps/v1', kind: 'DaemonSet', spec: { revisionHistoryLimit: 0 } } as {
      apiVersion: string;
      kind: string;
    },
    { apiVersion: 'apps/v1', kind: 'DaemonSet', spec: { revisionHistoryLimit: 0 } },
  ],
  [
    'a replica count of 0 stays',
    { apiVersion: 'apps/v1', kind: 'Deployment', spec: { replicas: 0, paused: false } } as {
      apiVersion: string;
      kind: string;
    },
    { apiVersion: 'apps/v1', kind: 'Deployment', spec: { replicas: 0 } },
  ],
  [
    'custom resources stay as they are',
    { apiVersion: 'metallb.io/v1beta1', kind: 'L2Advertisement', spec: { ipAddressPools: [] } } as {
      apiVersion: string;
      kind: string;
    },
    { apiVersion: 'metallb.io/v1beta1', kind: 'L2Advertisement', spec: { ipAddressPools: [] } },
  ],
];

for (const [title, given, kept] of cases) test(title, (t) => t.deepEqual(withoutZeroValues(given) as unknown, kept));
