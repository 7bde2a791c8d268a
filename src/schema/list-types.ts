/**
 * How lists, maps and structs merge: what the OpenAPI data the table is generated from does not say.
 *
 * Facts of k8s.io/api `types.go`: `patchStrategy`/`patchMergeKey` tags drive strategic merge patch and kubectl's own
 * patches; `+listType`/`+listMapKey`/`+mapType`/`+structType` markers drive server-side apply. The two differ on
 * purpose: Service ports merge by `port` in a patch, by `port` and `protocol` in an apply. A list that is not here is
 * atomic.
 */
import type { Definition } from './table.js';

export interface MergeRule {
  /** Strategic merge: elements are merged by this member, `''` for lists of plain values. */
  patchMergeKey?: string;
  /** Strategic merge: `$retainKeys` is honoured. */
  retainKeys?: true;
  /** Server-side apply: an element is identified by these members (`listType=map`). */
  keys?: readonly string[];
  /** Server-side apply: an element is identified by its value (`listType=set`). */
  set?: true;
}

const byName = { patchMergeKey: 'name', keys: ['name'] } as const;
const byType = { patchMergeKey: 'type', keys: ['type'] } as const;
const container = {
  ports: { patchMergeKey: 'containerPort', keys: ['containerPort', 'protocol'] },
  env: byName,
  volumeMounts: { patchMergeKey: 'mountPath', keys: ['mountPath'] },
  volumeDevices: { patchMergeKey: 'devicePath', keys: ['devicePath'] },
} as const;

/** By Go struct, then field. */
const rules: Record<string, Record<string, MergeRule>> = {
  ObjectMeta: {
    finalizers: { patchMergeKey: '', set: true },
    ownerReferences: { patchMergeKey: 'uid', keys: ['uid'] },
  },
  ServiceSpec: { ports: { patchMergeKey: 'port', keys: ['port', 'protocol'] } },
  ServiceStatus: { conditions: byType },
  ServiceAccount: { secrets: byName },
  NamespaceStatus: { conditions: byType },
  NodeSpec: { podCIDRs: { patchMergeKey: '', set: true } },
  NodeStatus: { conditions: byType, addresses: byType },
  Container: container,
  EphemeralContainer: container,
  ContainerStatus: { allocatedResourcesStatus: byName, volumeMounts: container.volumeMounts },
  ContainerRestartRuleOnExitCodes: { values: { set: true } },
  ResourceRequirements: { claims: { keys: ['name'] } },
  ResourceStatus: { resources: { keys: ['resourceID'] } },
  PersistentVolumeClaimStatus: { conditions: byType },
  PodSpec: {
    containers: byName,
    initContainers: byName,
    ephemeralContainers: byName,
    volumes: { ...byName, retainKeys: true },
    resourceClaims: { ...byName, retainKeys: true },
    imagePullSecrets: byName,
    schedulingGates: byName,
    hostAliases: { patchMergeKey: 'ip', keys: ['ip'] },
    topologySpreadConstraints: { patchMergeKey: 'topologyKey', keys: ['topologyKey', 'whenUnsatisfiable'] },
  },
  PodStatus: {
    conditions: byType,
    hostIPs: { patchMergeKey: 'ip' },
    podIPs: { patchMergeKey: 'ip', keys: ['ip'] },
    resourceClaimStatuses: { ...byName, retainKeys: true },
  },
  ReplicationControllerStatus: { conditions: byType },
  ReplicaSetStatus: { conditions: byType },
  DaemonSetStatus: { conditions: byType },
  StatefulSetStatus: { conditions: byType },
  DeploymentSpec: { strategy: { retainKeys: true } },
  DeploymentStatus: { conditions: byType },
  JobStatus: { conditions: { patchMergeKey: 'type' } },
  UncountedTerminatedPods: { failed: { set: true }, succeeded: { set: true } },
  PodFailurePolicyOnExitCodesRequirement: { values: { set: true } },
  Endpoint: { addresses: { set: true } },
  ValidatingWebhookConfiguration: { webhooks: byName },
  ValidatingWebhook: { matchConditions: byName },
  CustomResourceDefinitionStatus: { conditions: { keys: ['type'] } },
};

const none: MergeRule = {};

/** The merge rule of a field of a struct. Empty: a list is atomic, a map or struct merges member by member. */
export function mergeRule(definition: Definition | undefined, field: string): MergeRule {
  return rules[definition?.shortName ?? '']?.[field] ?? none;
}

/**
 * Key members that a list element may leave out, with the value that then identifies it. Source: `+default` markers.
 */
export const keyDefaults: Record<string, Record<string, unknown>> = {
  ServicePort: { protocol: 'TCP' },
  ContainerPort: { protocol: 'TCP' },
};

const atomicStructs = new Set([
  'ConfigMapKeySelector',
  'EndpointAddress',
  'EndpointPort',
  'FileKeySelector',
  'LabelSelector',
  'LocalObjectReference',
  'NodeSelector',
  'NodeSelectorTerm',
  'ObjectFieldSelector',
  'ObjectReference',
  'OwnerReference',
  'ResourceFieldSelector',
  'RoleRef',
  'SecretKeySelector',
  'ServiceBackendPort',
  'Subject',
  'TypedLocalObjectReference',
]);

const atomicMaps = new Set([
  'ServiceSpec.selector',
  'PodSpec.nodeSelector',
  'ReplicationControllerSpec.selector',
  'PersistentVolumeClaimStatus.allocatedResourceStatuses',
]);

/** `+structType=atomic`: apply owns and replaces the whole struct. */
export function isAtomicStruct(definition: Definition): boolean {
  return atomicStructs.has(definition.shortName);
}

/** `+mapType=atomic`: apply owns and replaces the whole map. */
export function isAtomicMap(definition: Definition, field: string): boolean {
  return atomicMaps.has(`${definition.shortName}.${field}`);
}
