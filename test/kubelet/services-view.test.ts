import test from 'ava';
import { ServicesView } from '../../src/kubelet/services-view.js';
import { openRegistry, service } from '../registry/lab.js';

test('all pods that start before the next change share one snapshot and one set of variables', (t) => {
  const registry = openRegistry();
  registry.create(service('web'));
  const view = new ServicesView(registry);
  const before = view.of('default');
  t.is(view.of('default'), before);
  t.is(before.variables(true), before.variables(true));
  t.true('WEB_SERVICE_HOST' in before.variables(true));
  t.false('WEB_SERVICE_HOST' in before.variables(false));
});

test('after a change new pods see it, and those that have started keep what they saw', (t) => {
  const registry = openRegistry();
  registry.create(service('kubernetes', { clusterIP: '10.96.0.1' }));
  const view = new ServicesView(registry);
  const before = view.of('kube-system');
  registry.create(service('dns', {}, 'kube-system'));
  view.forget('kube-system');
  const names = (snapshot = before): string[] =>
    Object.keys(snapshot.variables(true)).filter((name) => name.endsWith('_SERVICE_HOST'));
  t.deepEqual(names(), ['KUBERNETES_SERVICE_HOST']);
  t.deepEqual(names(view.of('kube-system')).sort(), ['DNS_SERVICE_HOST', 'KUBERNETES_SERVICE_HOST']);
});
