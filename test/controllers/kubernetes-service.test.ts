import test from 'ava';
import type { Endpoints, Service } from 'kubernetes-types/core/v1.js';
import type { EndpointSlice } from 'kubernetes-types/discovery/v1.js';
import type { KubeObject, Stored } from '../../src/api/object.js';
import { key, openLab } from './lab.js';

const own = [
  key('Service', 'kubernetes'),
  key('Endpoints', 'kubernetes'),
  key('EndpointSlice', 'kubernetes', 'discovery.k8s.io'),
];

test('the Service kubernetes comes back at its address, and so do its Endpoints and slice', (t) => {
  const lab = openLab();
  const before = lab.registry.get<Stored<Service>>(own[0]!);
  for (const one of own) lab.registry.delete(one);
  lab.run();
  const after = lab.registry.get<Stored<Service>>(own[0]!);
  t.is(after?.spec?.clusterIP, '10.96.0.1');
  t.not(after?.metadata.uid, before?.metadata.uid);
  t.is(lab.registry.get<Stored<Endpoints>>(own[1]!)?.subsets?.[0]?.addresses?.[0]?.ip, '192.168.56.100');
  t.deepEqual(lab.registry.get<Stored<EndpointSlice>>(own[2]!)?.endpoints?.[0]?.addresses, ['192.168.56.100']);
  t.deepEqual(lab.refusals, []);
});

test('endpoints of the Service kubernetes that somebody turned elsewhere are turned back', (t) => {
  const lab = openLab();
  const endpoints = lab.registry.get<Stored<Endpoints>>(own[1]!) as KubeObject;
  const slice = lab.registry.get<Stored<EndpointSlice>>(own[2]!) as KubeObject;
  lab.registry.update({ ...endpoints, subsets: [{ addresses: [{ ip: '192.168.56.9' }], ports: [{ port: 1 }] }] });
  lab.registry.update({ ...slice, endpoints: [] });
  lab.run();
  t.is(lab.registry.get<Stored<Endpoints>>(own[1]!)?.subsets?.[0]?.addresses?.[0]?.ip, '192.168.56.100');
  t.is(lab.registry.get<Stored<EndpointSlice>>(own[2]!)?.endpoints.length, 1);
  lab.registry.update({
    ...(lab.registry.get(own[1]!) as KubeObject),
    metadata: { ...endpoints.metadata, labels: { a: 'b' }, resourceVersion: undefined } as never,
  });
  lab.run();
  t.deepEqual(lab.registry.get(own[1]!)?.metadata.labels, { a: 'b' }, 'labels are nobody’s business');
});
