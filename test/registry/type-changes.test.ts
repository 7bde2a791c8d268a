import test from 'ava';
import type { ServiceSpec } from 'kubernetes-types/core/v1.js';
import { builtinKinds } from '../../src/api/kinds.js';
import type { KubeObject } from '../../src/api/object.js';
import { StatusError } from '../../src/api/status.js';
import { apiRules } from '../../src/cluster/api-rules.js';
import { createRegistry } from '../../src/registry/registry.js';
import { createManualWorld } from '../../src/world/manual-clock.js';
import { courseConfig, service } from './lab.js';

const forms: Record<string, Record<string, unknown>> = {
  ClusterIP: { type: 'ClusterIP' },
  NodePort: { type: 'NodePort' },
  LoadBalancer: { type: 'LoadBalancer', externalTrafficPolicy: 'Local' },
  ExternalName: { type: 'ExternalName', externalName: 'example.com' },
  headless: { clusterIP: 'None' },
};
const patches: Record<string, object> = {
  ClusterIP: { type: 'ClusterIP' },
  NodePort: { type: 'NodePort' },
  LoadBalancer: { type: 'LoadBalancer' },
  ExternalName: { type: 'ExternalName', externalName: 'example.com' },
  'another address': { clusterIP: '10.96.200.1' },
  'no address': { clusterIP: undefined },
};

/** What is left, as letters: address, node port, health check port, external and internal traffic policy, family policy. */
function left(spec: ServiceSpec): string {
  const { clusterIP, ports, healthCheckNodePort, externalTrafficPolicy, internalTrafficPolicy, ipFamilyPolicy } = spec;
  const held: [string, unknown][] = [
    [clusterIP === 'None' ? 'N' : 'A', clusterIP],
    ['P', ports?.[0]?.nodePort],
    ['H', healthCheckNodePort],
    ['E', externalTrafficPolicy],
    ['I', internalTrafficPolicy],
    ['F', ipFamilyPolicy],
  ];
  return held.map(([letter, value]) => (value ? letter : '-')).join('');
}

function changed(from: string, by: string): string {
  const registry = createRegistry({
    config: courseConfig,
    world: createManualWorld(1),
    rules: apiRules,
    kinds: builtinKinds,
  });
  registry.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'default' } });
  const object = registry.create(service('x', forms[from]));
  try {
    const next = registry.update({ ...object, spec: { ...(object.spec as object), ...patches[by] } } as KubeObject);
    return left(next.spec as ServiceSpec);
  } catch (error) {
    if (error instanceof StatusError) return error.message.replace('Service "x" is invalid: ', '');
    throw error;
  }
}

const fixed = (value: string): string => `spec.clusterIPs[0]: Invalid value: ${value}: may not change once set`;
const none = (type: string): string =>
  `spec.clusterIPs[0]: Invalid value: "None": may not be set to 'None' for ${type} services`;
const rows: [string, string, string][] = [
  ['ClusterIP', 'NodePort', 'AP-EIF'],
  ['ClusterIP', 'LoadBalancer', 'AP-EIF'],
  ['ClusterIP', 'ExternalName', '------'],
  ['ClusterIP', 'another address', fixed('[]string{"10.96.200.1"}')],
  ['ClusterIP', 'no address', 'A---IF'],
  ['NodePort', 'ClusterIP', 'A---IF'],
  ['NodePort', 'LoadBalancer', 'AP-EIF'],
  ['NodePort', 'ExternalName', '------'],
  ['LoadBalancer', 'ClusterIP', 'A---IF'],
  ['LoadBalancer', 'NodePort', 'AP-EIF'],
  ['LoadBalancer', 'LoadBalancer', 'APHEIF'],
  ['LoadBalancer', 'ExternalName', '------'],
  ['ExternalName', 'ClusterIP', 'A---IF'],
  ['ExternalName', 'NodePort', 'AP-EIF'],
  ['ExternalName', 'LoadBalancer', 'AP-EIF'],
  ['headless', 'ClusterIP', 'N---IF'],
  ['headless', 'NodePort', none('NodePort')],
  ['headless', 'LoadBalancer', none('LoadBalancer')],
  ['headless', 'ExternalName', '------'],
];
for (const [from, by, expected] of rows) {
  test(`${from}, patched to ${by}: ${expected}`, (t) => {
    t.is(changed(from, by), expected);
  });
}
