/**
 * ServiceL2Status objects: which node announces a Service, as `kubectl get servicel2statuses -n metallb-system` shows.
 *
 * Models: MetalLB `internal/k8s/controllers/layer2_status_controller.go`: the winner has one and removes those of
 * others, the loser removes its own. One whose speaker died stays until the next winner comes.
 */
import type { Pod } from 'kubernetes-types/core/v1.js';
import type { KubeObject, ObjectKey, Stored } from '../../api/object.js';
import type { Lister } from '../../registry/contract.js';
import { isSpeakerPod, metallbGroup } from '../install.js';
import type { AnnouncedInterfaces } from './contract.js';

export interface L2StatusChange {
  create?: KubeObject;
  remove: ObjectKey[];
}

interface ServiceL2Status extends KubeObject {
  status?: { node?: string; serviceName?: string; serviceNamespace?: string };
}

/** What a node's speaker writes when it announces a Service; `interfaces` undefined: when it gives it up. */
export function l2StatusChange(
  lister: Lister,
  namespace: string,
  node: string,
  service: string,
  interfaces: AnnouncedInterfaces | undefined,
): L2StatusChange {
  const [serviceNamespace = '', serviceName = ''] = service.split('/');
  const present = lister
    .list<ServiceL2Status>(metallbGroup, 'ServiceL2Status', { namespace })
    .filter(({ status }) => status?.serviceName === serviceName && status.serviceNamespace === serviceNamespace);
  const own = present.filter(({ status }) => status?.node === node);
  const unwanted = interfaces === undefined ? own : [...present.filter((one) => !own.includes(one)), ...own.slice(1)];
  const remove = unwanted.map(({ metadata: { name } }) => {
    return { group: metallbGroup, kind: 'ServiceL2Status', namespace, name };
  });
  if (interfaces === undefined || own.length > 0) return { remove };
  const owner = lister
    .list<Stored<Pod> & KubeObject>('', 'Pod', { namespace })
    .find((pod) => isSpeakerPod(pod) && pod.spec?.nodeName === node);
  const labels = {
    'metallb.io/node': node,
    'metallb.io/service-name': serviceName,
    'metallb.io/service-namespace': serviceNamespace,
  };
  const status = {
    node,
    serviceName,
    serviceNamespace,
    ...(interfaces !== 'all' && { interfaces: named(interfaces) }),
  };
  const references = owner
    ? [{ apiVersion: 'v1', kind: 'Pod', name: owner.metadata.name, uid: owner.metadata.uid ?? '' }]
    : [];
  const metadata = { generateName: 'l2-', name: '', namespace, labels, ownerReferences: references };
  return {
    remove,
    create: { apiVersion: `${metallbGroup}/v1beta1`, kind: 'ServiceL2Status', metadata, spec: {}, status },
  };
}

function named(interfaces: readonly string[]): { name: string }[] {
  return interfaces.map((name) => ({ name }));
}
