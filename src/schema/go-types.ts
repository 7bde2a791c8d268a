/**
 * Go's names of field types, as its JSON decoder prints them in type errors (`of type []v1.ServicePort`).
 *
 * Source: reflect.Type.String over k8s.io/api `types.go`. Also k8s.io/apimachinery meta/v1.
 */
import type { Definition, FieldType, Scalar } from './table.js';

const scalarNames: Record<Scalar, string> = {
  string: 'string',
  boolean: 'bool',
  int32: 'int32',
  int64: 'int64',
  double: 'float64',
  bytes: '[]uint8',
  any: 'runtime.RawExtension',
  object: 'v1.FieldsV1',
  quantity: 'resource.Quantity',
  'int-or-string': 'intstr.IntOrString',
  'date-time': 'v1.Time',
  'date-time-micro': 'v1.MicroTime',
};

/** Strings that have a type of their own in Go: the type, and the fields (`Struct.field`) that have it. */
const fieldsByType: Record<string, string> = {
  'types.UID':
    'ConfigMapNodeConfigSource.uid ObjectMeta.uid ObjectReference.uid OwnerReference.uid Preconditions.uid StatusDetails.uid ' +
    'UncountedTerminatedPods.failed UncountedTerminatedPods.succeeded',
  'v1.AddressType': 'EndpointSlice.addressType',
  'v1.AppArmorProfileType': 'AppArmorProfile.type',
  'v1.AzureDataDiskCachingMode': 'AzureDiskVolumeSource.cachingMode',
  'v1.AzureDataDiskKind': 'AzureDiskVolumeSource.kind',
  'v1.Capability': 'Capabilities.add Capabilities.drop',
  'v1.CauseType': 'StatusCause.reason',
  'v1.CompletionMode': 'JobSpec.completionMode',
  'v1.ConditionStatus':
    'Condition.status DaemonSetCondition.status DeploymentCondition.status HorizontalPodAutoscalerCondition.status ' +
    'JobCondition.status NamespaceCondition.status ' +
    'NodeCondition.status PersistentVolumeClaimCondition.status PodCondition.status PodFailurePolicyOnPodConditionsPattern.status ' +
    'ReplicaSetCondition.status ReplicationControllerCondition.status StatefulSetCondition.status',
  'v1.ContainerRestartPolicy': 'Container.restartPolicy',
  'v1.CoordinatedLeaseStrategy': 'LeaseSpec.strategy',
  'v1.DNSPolicy': 'PodSpec.dnsPolicy',
  'v1.DaemonSetConditionType': 'DaemonSetCondition.type',
  'v1.DaemonSetUpdateStrategyType': 'DaemonSetUpdateStrategy.type',
  'v1.DeletionPropagation': 'DeleteOptions.propagationPolicy',
  'v1.DeploymentConditionType': 'DeploymentCondition.type',
  'v1.DeploymentStrategyType': 'DeploymentStrategy.type',
  'v1.FailurePolicyType': 'ValidatingWebhook.failurePolicy',
  'v1.FieldSelectorOperator': 'FieldSelectorRequirement.operator',
  'v1.FinalizerName': 'NamespaceSpec.finalizers',
  'v1.HostPathType': 'HostPathVolumeSource.type',
  'v1.IPFamily': 'ServiceSpec.ipFamilies',
  'v1.IPFamilyPolicy': 'ServiceSpec.ipFamilyPolicy',
  'v1.JobConditionType': 'JobCondition.type',
  'v1.LabelSelectorOperator': 'LabelSelectorRequirement.operator',
  'v1.LoadBalancerIPMode': 'LoadBalancerIngress.ipMode',
  'v1.ManagedFieldsOperationType': 'ManagedFieldsEntry.operation',
  'v1.MatchPolicyType': 'ValidatingWebhook.matchPolicy',
  'v1.MountPropagationMode': 'VolumeMount.mountPropagation',
  'v1.NamespaceConditionType': 'NamespaceCondition.type',
  'v1.NamespacePhase': 'NamespaceStatus.phase',
  'v1.NodeAddressType': 'NodeAddress.type',
  'v1.NodeConditionType': 'NodeCondition.type',
  'v1.NodeInclusionPolicy': 'TopologySpreadConstraint.nodeAffinityPolicy TopologySpreadConstraint.nodeTaintsPolicy',
  'v1.NodePhase': 'NodeStatus.phase',
  'v1.NodeSelectorOperator': 'NodeSelectorRequirement.operator',
  'v1.OSName': 'PodOS.name',
  'v1.OperationType': 'RuleWithOperations.operations',
  'v1.PathType': 'HTTPIngressPath.pathType',
  'v1.PersistentVolumeAccessMode': 'PersistentVolumeClaimSpec.accessModes PersistentVolumeClaimStatus.accessModes',
  'v1.PersistentVolumeClaimConditionType': 'PersistentVolumeClaimCondition.type',
  'v1.PersistentVolumeClaimModifyVolumeStatus': 'ModifyVolumeStatus.status',
  'v1.PersistentVolumeClaimPhase': 'PersistentVolumeClaimStatus.phase',
  'v1.PersistentVolumeClaimRetentionPolicyType':
    'StatefulSetPersistentVolumeClaimRetentionPolicy.whenDeleted StatefulSetPersistentVolumeClaimRetentionPolicy.whenScaled',
  'v1.PersistentVolumeMode': 'PersistentVolumeClaimSpec.volumeMode',
  'v1.PodConditionType': 'PodCondition.type PodFailurePolicyOnPodConditionsPattern.type PodReadinessGate.conditionType',
  'v1.PodFSGroupChangePolicy': 'PodSecurityContext.fsGroupChangePolicy',
  'v1.PodFailurePolicyAction': 'PodFailurePolicyRule.action',
  'v1.PodFailurePolicyOnExitCodesOperator': 'PodFailurePolicyOnExitCodesRequirement.operator',
  'v1.PodManagementPolicyType': 'StatefulSetSpec.podManagementPolicy',
  'v1.PodPhase': 'PodStatus.phase',
  'v1.PodQOSClass': 'PodStatus.qosClass',
  'v1.PodReplacementPolicy': 'JobSpec.podReplacementPolicy',
  'v1.PodResizeStatus': 'PodStatus.resize',
  'v1.PodSELinuxChangePolicy': 'PodSecurityContext.seLinuxChangePolicy',
  'v1.PreemptionPolicy': 'PodSpec.preemptionPolicy',
  'v1.ProcMountType': 'SecurityContext.procMount',
  'v1.Protocol':
    'ContainerPort.protocol EndpointPort.protocol IngressPortStatus.protocol PortStatus.protocol ServicePort.protocol',
  'v1.PullPolicy': 'Container.imagePullPolicy ImageVolumeSource.pullPolicy',
  'v1.RecursiveReadOnlyMode': 'VolumeMount.recursiveReadOnly VolumeMountStatus.recursiveReadOnly',
  'v1.ReplicaSetConditionType': 'ReplicaSetCondition.type',
  'v1.ReplicationControllerConditionType': 'ReplicationControllerCondition.type',
  'v1.ResourceHealthStatus': 'ResourceHealth.health',
  'v1.ResourceID': 'ResourceHealth.resourceID',
  'v1.ResourceName':
    'ContainerResizePolicy.resourceName ContainerResourceMetricSource.name ContainerResourceMetricStatus.name ' +
    'ResourceMetricSource.name ResourceMetricStatus.name ResourceStatus.name',
  'v1.ResourceResizeRestartPolicy': 'ContainerResizePolicy.restartPolicy',
  'v1.RestartPolicy': 'PodSpec.restartPolicy',
  'v1.SeccompProfileType': 'SeccompProfile.type',
  'v1.SecretType': 'Secret.type',
  'v1.ServiceAffinity': 'ServiceSpec.sessionAffinity',
  'v1.ServiceExternalTrafficPolicy': 'ServiceSpec.externalTrafficPolicy',
  'v1.ServiceInternalTrafficPolicy': 'ServiceSpec.internalTrafficPolicy',
  'v1.ServiceType': 'ServiceSpec.type',
  'v1.SideEffectClass': 'ValidatingWebhook.sideEffects',
  'v1.StatefulSetConditionType': 'StatefulSetCondition.type',
  'v1.StatefulSetUpdateStrategyType': 'StatefulSetUpdateStrategy.type',
  'v1.StatusReason': 'Status.reason',
  'v1.StorageMedium': 'EmptyDirVolumeSource.medium',
  'v1.SupplementalGroupsPolicy': 'PodSecurityContext.supplementalGroupsPolicy',
  'v1.TaintEffect': 'Taint.effect Toleration.effect',
  'v1.TerminationMessagePolicy': 'Container.terminationMessagePolicy',
  'v1.TolerationOperator': 'Toleration.operator',
  'v1.URIScheme': 'HTTPGetAction.scheme',
  'v1.UniqueVolumeName': 'AttachedVolume.name NodeStatus.volumesInUse',
  'v1.UnsatisfiableConstraintAction': 'TopologySpreadConstraint.whenUnsatisfiable',
  'v2.HPAScalingPolicyType': 'HPAScalingPolicy.type',
  'v2.HorizontalPodAutoscalerConditionType': 'HorizontalPodAutoscalerCondition.type',
  'v2.MetricSourceType': 'MetricSpec.type MetricStatus.type',
  'v2.MetricTargetType': 'MetricTarget.type',
  'v2.ScalingPolicySelect': 'HPAScalingRules.selectPolicy',
};

const namedStrings = new Map(
  Object.entries(fieldsByType).flatMap(([type, fields]) => fields.split(' ').map((field) => [field, type] as const)),
);

/** `LabelSelectorRequirement` of meta/v1 and `ServicePort` of core/v1 are both printed with package `v1`. */
function packageOf(definition: string): string {
  return definition.split('.').at(-2) ?? 'v1';
}

const quantityMap = (type: FieldType) => type.is === 'map' && type.of.is === 'scalar' && type.of.scalar === 'quantity';

/** Go's text of a type. `owner` and `field` say where it stands, for strings with a name of their own. */
export function goTypeName(type: FieldType, owner?: Definition, field = ''): string {
  if (type.is === 'list') return `[]${goTypeName(type.of, owner, field)}`;
  if (quantityMap(type)) return 'v1.ResourceList';
  if (type.is === 'map') return `map[string]${goTypeName(type.of, owner, field)}`;
  if (type.is === 'struct') return `${packageOf(type.name)}.${type.name.split('.').at(-1)}`;
  const own = type.scalar === 'string' ? namedStrings.get(`${owner?.shortName}.${field}`) : undefined;
  return own ?? scalarNames[type.scalar];
}
