/**
 * Objects in which speakers say what they do about a Service: ServiceL2Status and ServiceBGPStatus.
 * Source: MetalLB `internal/k8s/controllers/layer2_status_controller.go`, `bgp_status_controller.go`.
 */
import type { Pod } from 'kubernetes-types/core/v1.js';
import type { KubeObject, ObjectKey, Stored } from '../api/object.js';
import type { Lister } from '../registry/contract.js';
import { isSpeakerPod, metallbGroup } from './install.js';

export interface ServiceStatus extends KubeObject {
  status?: {
    node?: string;
    serviceName?: string;
    serviceNamespace?: string;
    /** Of a ServiceL2Status; absent: all. */
    interfaces?: { name: string }[];
    /** Of a ServiceBGPStatus. */
    peers?: string[];
  };
}

export interface StatusChange {
  create: KubeObject[];
  /** Their status only. */
  update: KubeObject[];
  remove: ObjectKey[];
}

export type StatusKind = 'ServiceL2Status' | 'ServiceBGPStatus';

/** Who says it, about what. */
export interface StatusSubject {
  /** MetalLB's. */
  namespace: string;
  node: string;
  /** `namespace/name` of the Service. */
  service: string;
}

export function newStatus(lister: Lister, kind: StatusKind, subject: StatusSubject, facts: object): ServiceStatus {
  const { namespace, node, service } = subject;
  const [serviceNamespace = '', serviceName = ''] = service.split('/');
  const owner = lister
    .list<Stored<Pod> & KubeObject>('', 'Pod', { namespace })
    .find((pod) => isSpeakerPod(pod) && pod.spec?.nodeName === node);
  const labels = {
    'metallb.io/node': node,
    'metallb.io/service-name': serviceName,
    'metallb.io/service-namespace': serviceNamespace,
  };
  const { name = '', uid = '' } = owner?.metadata ?? {};
  const ownerReferences = owner ? [{ apiVersion: 'v1', kind: 'Pod', name, uid }] : [];
  const generateName = kind === 'ServiceL2Status' ? 'l2-' : 'bgp-';
  return {
    apiVersion: `${metallbGroup}/v1beta1`,
    kind,
    metadata: { generateName, name: '', namespace, labels, ownerReferences },
    spec: {},
    status: { node, serviceName, serviceNamespace, ...facts },
  };
}

/** `namespace/name` of the Service that a status is about. */
export function subjectOf({ status }: ServiceStatus): string {
  return `${status?.serviceNamespace}/${status?.serviceName}`;
}

export function statusKey({ kind, metadata }: KubeObject): ObjectKey {
  return { group: metallbGroup, kind, namespace: metadata.namespace ?? '', name: metadata.name };
}
