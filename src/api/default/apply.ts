/**
 * Defaulting: what an API server adds to an object before it looks at it.
 *
 * One entry per kind; kinds without an entry are stored as they come. Source: the `SetDefaults_…` functions of each API
 * group, and for custom resources the `default:` values of their definitions.
 */
import { customProblems } from '../../schema/custom/table.js';
import { groupOf, type KubeObject } from '../object.js';
import {
  defaultCustomResourceDefinition,
  defaultIngressClass,
  defaultNamespace,
  defaultNode,
  defaultSecret,
  defaultWebhooks,
} from './cluster.js';
import {
  defaultBGPAdvertisement,
  defaultBGPPeer,
  defaultGateway,
  defaultGatewayClass,
  defaultHTTPRoute,
  defaultIPAddressPool,
} from './custom.js';
import { defaultPod } from './pod.js';
import { defaultEndpointSlice, defaultEndpoints, defaultService } from './service.js';
import {
  defaultDaemonSet,
  defaultDeployment,
  defaultJob,
  defaultReplicaSet,
  defaultReplicationController,
} from './workload.js';

/** Fills a draft in place. Typed loosely: the key of the table says which kind it is. */
type Defaulter = (draft: never) => void;

const defaulters: Readonly<Record<string, Defaulter>> = {
  '/Service': defaultService,
  '/Endpoints': defaultEndpoints,
  '/Pod': defaultPod,
  '/ReplicationController': defaultReplicationController,
  '/Namespace': defaultNamespace,
  '/Node': defaultNode,
  '/Secret': defaultSecret,
  'apps/ReplicaSet': defaultReplicaSet,
  'apps/Deployment': defaultDeployment,
  'apps/DaemonSet': defaultDaemonSet,
  'batch/Job': defaultJob,
  'discovery.k8s.io/EndpointSlice': defaultEndpointSlice,
  'networking.k8s.io/IngressClass': defaultIngressClass,
  'admissionregistration.k8s.io/ValidatingWebhookConfiguration': defaultWebhooks,
  'admissionregistration.k8s.io/MutatingWebhookConfiguration': defaultWebhooks,
  'apiextensions.k8s.io/CustomResourceDefinition': defaultCustomResourceDefinition,
  'metallb.io/IPAddressPool': defaultIPAddressPool,
  'metallb.io/BGPAdvertisement': defaultBGPAdvertisement,
  'metallb.io/BGPPeer': defaultBGPPeer,
  'gateway.networking.k8s.io/GatewayClass': defaultGatewayClass,
  'gateway.networking.k8s.io/Gateway': defaultGateway,
  'gateway.networking.k8s.io/HTTPRoute': defaultHTTPRoute,
};

/** What a typed status prints when nothing is in it yet: fields that Go writes even when they are zero. */
const emptyStatus: Readonly<Record<string, object>> = {
  '/Service': { loadBalancer: {} },
  '/Pod': {},
  '/ReplicationController': { replicas: 0 },
  'apps/ReplicaSet': { replicas: 0 },
  'apps/Deployment': {},
  'apps/DaemonSet': { currentNumberScheduled: 0, numberMisscheduled: 0, desiredNumberScheduled: 0, numberReady: 0 },
  'batch/Job': {},
  'networking.k8s.io/Ingress': { loadBalancer: {} },
};

/**
 * The object with its defaults. Returns a new object; the given one stays as it is. Applying it twice changes nothing.
 * The fields of built-in kinds must have the right types (`FieldChecker`); a custom resource with a wrong type
 * comes back as it is, for validation to refuse.
 */
export function applyDefaults(object: KubeObject): KubeObject {
  const kind = `${groupOf(object.apiVersion)}/${object.kind}`;
  const [defaulter, status] = [defaulters[kind], emptyStatus[kind]];
  if (defaulter === undefined && status === undefined) return object;
  if (customProblems(object).some(({ is }) => is === 'type')) return object;
  const draft = structuredClone(object);
  defaulter?.(draft as never);
  if (status !== undefined) draft.status = { ...structuredClone(status), ...(draft.status ?? {}) };
  return draft;
}
