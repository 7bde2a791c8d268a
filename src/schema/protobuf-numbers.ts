/**
 * Protobuf field numbers of the messages that kubectl sends, by Go struct.
 *
 * `name=number`; `*` marks a pointer in Go (present means set, also when zero); `@Struct=number` is a struct that JSON
 * inlines into its parent. Numbers are facts of kubernetes/api `generated.proto`, pointers of its `types.go`; field
 * types come from the schema table. A message that is another one in an older version of its group is listed with that
 * version. Cloud volume sources and pod status are left out: a number that is not here is
 * refused by name.
 */
import { shortNameOf } from './table.js';

export const messages: Record<string, string> = {
  Affinity: 'nodeAffinity*=1 podAffinity*=2 podAntiAffinity*=3',
  AppArmorProfile: 'type=1 localhostProfile*=2',
  Capabilities: 'add=1 drop=2',
  ClientIPConfig: 'timeoutSeconds*=1',
  Condition: 'type=1 status=2 observedGeneration=3 lastTransitionTime=4 reason=5 message=6',
  ConfigMap: 'metadata=1 data=2 binaryData=3 immutable*=4',
  ConfigMapEnvSource: '@LocalObjectReference=1 optional*=2',
  ConfigMapKeySelector: '@LocalObjectReference=1 key=2 optional*=3',
  ConfigMapProjection: '@LocalObjectReference=1 items=2 optional*=4',
  ConfigMapVolumeSource: '@LocalObjectReference=1 items=2 defaultMode*=3 optional*=4',
  Container:
    'name=1 image=2 command=3 args=4 workingDir=5 ports=6 env=7 resources=8 volumeMounts=9 livenessProbe*=10 ' +
    'readinessProbe*=11 lifecycle*=12 terminationMessagePath=13 imagePullPolicy=14 securityContext*=15 stdin=16 ' +
    'stdinOnce=17 tty=18 envFrom=19 terminationMessagePolicy=20 volumeDevices=21 startupProbe*=22 resizePolicy=23 ' +
    'restartPolicy*=24 restartPolicyRules=25',
  ContainerPort: 'name=1 hostPort=2 containerPort=3 protocol=4 hostIP=5',
  ContainerResizePolicy: 'resourceName=1 restartPolicy=2',
  ContainerResourceMetricSource: 'name=1 target=2 container=3',
  ContainerRestartRule: 'action=1 exitCodes*=2',
  ContainerRestartRuleOnExitCodes: 'operator=1 values=2',
  CrossVersionObjectReference: 'kind=1 name=2 apiVersion=3',
  DeleteOptions:
    'gracePeriodSeconds*=1 preconditions*=2 orphanDependents*=3 propagationPolicy*=4 dryRun=5 ' +
    'ignoreStoreReadErrorWithClusterBreakingPotential*=6',
  Deployment: 'metadata=1 spec=2 status=3',
  DeploymentCondition: 'type=1 status=2 reason=4 message=5 lastUpdateTime=6 lastTransitionTime=7',
  DeploymentSpec:
    'replicas*=1 selector*=2 template=3 strategy=4 minReadySeconds=5 revisionHistoryLimit*=6 paused=7 ' +
    'progressDeadlineSeconds*=9',
  DeploymentStatus:
    'observedGeneration=1 replicas=2 updatedReplicas=3 availableReplicas=4 unavailableReplicas=5 conditions=6 ' +
    'readyReplicas=7 collisionCount*=8 terminatingReplicas*=9',
  DeploymentStrategy: 'type=1 rollingUpdate*=2',
  DownwardAPIProjection: 'items=1',
  DownwardAPIVolumeFile: 'path=1 fieldRef*=2 resourceFieldRef*=3 mode*=4',
  DownwardAPIVolumeSource: 'items=1 defaultMode*=2',
  EmptyDirVolumeSource: 'medium=1 sizeLimit*=2',
  EnvFromSource: 'prefix=1 configMapRef*=2 secretRef*=3',
  EnvVar: 'name=1 value=2 valueFrom*=3',
  EnvVarSource: 'fieldRef*=1 resourceFieldRef*=2 configMapKeyRef*=3 secretKeyRef*=4 fileKeyRef*=5',
  EphemeralContainer: '@EphemeralContainerCommon=1 targetContainerName=2',
  EphemeralContainerCommon:
    'name=1 image=2 command=3 args=4 workingDir=5 ports=6 env=7 resources=8 volumeMounts=9 livenessProbe*=10 ' +
    'readinessProbe*=11 lifecycle*=12 terminationMessagePath=13 imagePullPolicy=14 securityContext*=15 stdin=16 ' +
    'stdinOnce=17 tty=18 envFrom=19 terminationMessagePolicy=20 volumeDevices=21 startupProbe*=22 resizePolicy=23 ' +
    'restartPolicy*=24 restartPolicyRules=25',
  EphemeralVolumeSource: 'volumeClaimTemplate*=1',
  Eviction: 'metadata=1 deleteOptions*=2',
  ExecAction: 'command=1',
  ExternalMetricSource: 'metric=1 target=2',
  FieldSelectorAttributes: 'rawSelector=1 requirements=2',
  FieldSelectorRequirement: 'key=1 operator=2 values=3',
  FileKeySelector: 'volumeName=1 path=2 key=3 optional*=4',
  GRPCAction: 'port=1 service*=2',
  HPAScalingPolicy: 'type=1 value=2 periodSeconds=3',
  HPAScalingRules: 'selectPolicy*=1 policies=2 stabilizationWindowSeconds*=3 tolerance*=4',
  HTTPGetAction: 'path=1 port=2 host=3 scheme=4 httpHeaders=5',
  HTTPHeader: 'name=1 value=2',
  HTTPIngressPath: 'path=1 backend=2 pathType*=3',
  HTTPIngressRuleValue: 'paths=1',
  HorizontalPodAutoscaler: 'metadata=1 spec=2 status=3',
  HorizontalPodAutoscalerBehavior: 'scaleUp*=1 scaleDown*=2',
  HorizontalPodAutoscalerSpec: 'scaleTargetRef=1 minReplicas*=2 maxReplicas=3 metrics=4 behavior*=5',
  HorizontalPodAutoscalerStatus:
    'observedGeneration*=1 lastScaleTime*=2 currentReplicas=3 desiredReplicas=4 currentMetrics=5 conditions=6',
  HostAlias: 'ip=1 hostnames=2',
  HostPathVolumeSource: 'path=1 type*=2',
  ImageVolumeSource: 'reference=1 pullPolicy=2',
  Ingress: 'metadata=1 spec=2 status=3',
  IngressBackend: 'resource*=3 service*=4',
  IngressLoadBalancerIngress: 'ip=1 hostname=2 ports=4',
  IngressLoadBalancerStatus: 'ingress=1',
  IngressPortStatus: 'port=1 protocol=2 error*=3',
  IngressRule: 'host=1 @IngressRuleValue=2',
  IngressRuleValue: 'http*=1',
  IngressServiceBackend: 'name=1 port=2',
  IngressSpec: 'defaultBackend*=1 tls=2 rules=3 ingressClassName*=4',
  IngressStatus: 'loadBalancer=1',
  IngressTLS: 'hosts=1 secretName=2',
  Job: 'metadata=1 spec=2 status=3',
  JobCondition: 'type=1 status=2 lastProbeTime=3 lastTransitionTime=4 reason=5 message=6',
  JobSpec:
    'parallelism*=1 completions*=2 activeDeadlineSeconds*=3 selector*=4 manualSelector*=5 template=6 backoffLimit*=7 ' +
    'ttlSecondsAfterFinished*=8 completionMode*=9 suspend*=10 backoffLimitPerIndex*=12 maxFailedIndexes*=13 ' +
    'podReplacementPolicy*=14 managedBy*=15',
  JobStatus:
    'conditions=1 startTime*=2 completionTime*=3 active=4 succeeded=5 failed=6 completedIndexes=7 ready*=9 ' +
    'failedIndexes*=10 terminating*=11',
  KeyToPath: 'key=1 path=2 mode*=3',
  LabelSelector: 'matchLabels=1 matchExpressions=2',
  LabelSelectorAttributes: 'rawSelector=1 requirements=2',
  LabelSelectorRequirement: 'key=1 operator=2 values=3',
  Lifecycle: 'postStart*=1 preStop*=2 stopSignal*=3',
  LifecycleHandler: 'exec*=1 httpGet*=2 tcpSocket*=3 sleep*=4',
  LoadBalancerIngress: 'ip=1 hostname=2 ipMode*=3 ports=4',
  LoadBalancerStatus: 'ingress=1',
  LocalObjectReference: 'name=1',
  MetricIdentifier: 'name=1 selector*=2',
  MetricSpec: 'type=1 object*=2 pods*=3 resource*=4 external*=5 containerResource*=7',
  MetricTarget: 'type=1 value*=2 averageValue*=3 averageUtilization*=4',
  Namespace: 'metadata=1 spec=2 status=3',
  NamespaceCondition: 'type=1 status=2 lastTransitionTime=4 reason=5 message=6',
  NamespaceSpec: 'finalizers=1',
  NamespaceStatus: 'phase=1 conditions=2',
  NodeAffinity: 'requiredDuringSchedulingIgnoredDuringExecution*=1 preferredDuringSchedulingIgnoredDuringExecution=2',
  NodeSelector: 'nodeSelectorTerms=1',
  NodeSelectorRequirement: 'key=1 operator=2 values=3',
  NodeSelectorTerm: 'matchExpressions=1 matchFields=2',
  NonResourceAttributes: 'path=1 verb=2',
  NonResourceRule: 'verbs=1 nonResourceURLs=2',
  ObjectFieldSelector: 'apiVersion=1 fieldPath=2',
  ObjectMeta:
    'name=1 generateName=2 namespace=3 selfLink=4 uid=5 resourceVersion=6 generation=7 creationTimestamp=8 ' +
    'deletionTimestamp*=9 deletionGracePeriodSeconds*=10 labels=11 annotations=12 ownerReferences=13 finalizers=14',
  ObjectReference: 'kind=1 namespace=2 name=3 uid=4 apiVersion=5 resourceVersion=6 fieldPath=7',
  ObjectMetricSource: 'describedObject=1 target=2 metric=3',
  OwnerReference: 'kind=1 name=3 uid=4 apiVersion=5 controller*=6 blockOwnerDeletion*=7',
  PersistentVolumeClaimSpec:
    'accessModes=1 resources=2 volumeName=3 selector*=4 storageClassName*=5 volumeMode*=6 dataSource*=7 dataSourceRef*=8 ' +
    'volumeAttributesClassName*=9',
  PersistentVolumeClaimTemplate: 'metadata=1 spec=2',
  PersistentVolumeClaimVolumeSource: 'claimName=1 readOnly=2',
  Pod: 'metadata=1 spec=2 status=3',
  PodAffinity: 'requiredDuringSchedulingIgnoredDuringExecution=1 preferredDuringSchedulingIgnoredDuringExecution=2',
  PodAffinityTerm:
    'labelSelector*=1 namespaces=2 topologyKey=3 namespaceSelector*=4 matchLabelKeys=5 mismatchLabelKeys=6',
  PodAntiAffinity: 'requiredDuringSchedulingIgnoredDuringExecution=1 preferredDuringSchedulingIgnoredDuringExecution=2',
  PodDNSConfig: 'nameservers=1 searches=2 options=3',
  PodDNSConfigOption: 'name=1 value*=2',
  PodOS: 'name=1',
  PodReadinessGate: 'conditionType=1',
  PodResourceClaim: 'name=1 resourceClaimName*=3 resourceClaimTemplateName*=4',
  PodSchedulingGate: 'name=1',
  PodSecurityContext:
    'seLinuxOptions*=1 runAsUser*=2 runAsNonRoot*=3 supplementalGroups=4 fsGroup*=5 runAsGroup*=6 sysctls=7 ' +
    'windowsOptions*=8 fsGroupChangePolicy*=9 seccompProfile*=10 appArmorProfile*=11 supplementalGroupsPolicy*=12 ' +
    'seLinuxChangePolicy*=13',
  PodSpec:
    'volumes=1 containers=2 restartPolicy=3 terminationGracePeriodSeconds*=4 activeDeadlineSeconds*=5 dnsPolicy=6 ' +
    'nodeSelector=7 serviceAccountName=8 serviceAccount=9 nodeName=10 hostNetwork=11 hostPID=12 hostIPC=13 ' +
    'securityContext*=14 imagePullSecrets=15 hostname=16 subdomain=17 affinity*=18 schedulerName=19 initContainers=20 ' +
    'automountServiceAccountToken*=21 tolerations=22 hostAliases=23 priorityClassName=24 priority*=25 dnsConfig*=26 ' +
    'shareProcessNamespace*=27 readinessGates=28 runtimeClassName*=29 enableServiceLinks*=30 preemptionPolicy*=31 ' +
    'overhead=32 topologySpreadConstraints=33 ephemeralContainers=34 setHostnameAsFQDN*=35 os*=36 hostUsers*=37 ' +
    'schedulingGates=38 resourceClaims=39 resources*=40 hostnameOverride*=41',
  PodTemplateSpec: 'metadata=1 spec=2',
  PortStatus: 'port=1 protocol=2 error*=3',
  PodsMetricSource: 'metric=1 target=2',
  Preconditions: 'uid*=1 resourceVersion*=2',
  PreferredSchedulingTerm: 'weight=1 preference=2',
  Probe:
    '@ProbeHandler=1 initialDelaySeconds=2 timeoutSeconds=3 periodSeconds=4 successThreshold=5 failureThreshold=6 ' +
    'terminationGracePeriodSeconds*=7',
  ProbeHandler: 'exec*=1 httpGet*=2 tcpSocket*=3 grpc*=4',
  ProjectedVolumeSource: 'sources=1 defaultMode*=2',
  ResourceAttributes:
    'namespace=1 verb=2 group=3 version=4 resource=5 subresource=6 name=7 fieldSelector*=8 labelSelector*=9',
  ResourceClaim: 'name=1 request=2',
  ResourceFieldSelector: 'containerName=1 resource=2 divisor=3',
  ResourceMetricSource: 'name=1 target=2',
  ResourceRequirements: 'limits=1 requests=2 claims=3',
  ResourceRule: 'verbs=1 apiGroups=2 resources=3 resourceNames=4',
  RollingUpdateDeployment: 'maxUnavailable*=1 maxSurge*=2',
  SELinuxOptions: 'user=1 role=2 type=3 level=4',
  Scale: 'metadata=1 spec=2 status=3',
  ScaleSpec: 'replicas=1',
  ScaleStatus: 'replicas=1 selector=2',
  SeccompProfile: 'type=1 localhostProfile*=2',
  Secret: 'metadata=1 data=2 type=3 stringData=4 immutable*=5',
  SecretEnvSource: '@LocalObjectReference=1 optional*=2',
  SecretKeySelector: '@LocalObjectReference=1 key=2 optional*=3',
  SecretProjection: '@LocalObjectReference=1 items=2 optional*=4',
  SecretVolumeSource: 'secretName=1 items=2 defaultMode*=3 optional*=4',
  SecurityContext:
    'capabilities*=1 privileged*=2 seLinuxOptions*=3 runAsUser*=4 runAsNonRoot*=5 readOnlyRootFilesystem*=6 ' +
    'allowPrivilegeEscalation*=7 runAsGroup*=8 procMount*=9 windowsOptions*=10 seccompProfile*=11 appArmorProfile*=12',
  SelfSubjectAccessReview: 'metadata=1 spec=2 status=3',
  SelfSubjectAccessReviewSpec: 'resourceAttributes*=1 nonResourceAttributes*=2',
  SelfSubjectReview: 'metadata=1 status=2',
  SelfSubjectReviewStatus: 'userInfo=1',
  SelfSubjectRulesReview: 'metadata=1 spec=2 status=3',
  SelfSubjectRulesReviewSpec: 'namespace=1',
  Service: 'metadata=1 spec=2 status=3',
  ServiceAccount: 'metadata=1 secrets=2 imagePullSecrets=3 automountServiceAccountToken*=4',
  ServiceAccountTokenProjection: 'audience=1 expirationSeconds*=2 path=3',
  ServiceBackendPort: 'name=1 number=2',
  ServicePort: 'name=1 protocol=2 port=3 targetPort=4 nodePort=5 appProtocol*=6',
  ServiceSpec:
    'ports=1 selector=2 clusterIP=3 type=4 externalIPs=5 sessionAffinity=7 loadBalancerIP=8 loadBalancerSourceRanges=9 ' +
    'externalName=10 externalTrafficPolicy=11 healthCheckNodePort=12 publishNotReadyAddresses=13 sessionAffinityConfig*=14 ' +
    'ipFamilyPolicy*=17 clusterIPs=18 ipFamilies=19 allocateLoadBalancerNodePorts*=20 loadBalancerClass*=21 ' +
    'internalTrafficPolicy*=22 trafficDistribution*=23',
  ServiceStatus: 'loadBalancer=1 conditions=2',
  SessionAffinityConfig: 'clientIP*=1',
  SleepAction: 'seconds=1',
  SubjectAccessReviewStatus: 'allowed=1 reason=2 evaluationError=3 denied=4',
  SubjectRulesReviewStatus: 'resourceRules=1 nonResourceRules=2 incomplete=3 evaluationError=4',
  Sysctl: 'name=1 value=2',
  TCPSocketAction: 'port=1 host=2',
  Toleration: 'key=1 operator=2 value=3 effect=4 tolerationSeconds*=5',
  TopologySpreadConstraint:
    'maxSkew=1 topologyKey=2 whenUnsatisfiable=3 labelSelector*=4 minDomains*=5 nodeAffinityPolicy*=6 nodeTaintsPolicy*=7 ' +
    'matchLabelKeys=8',
  TypedLocalObjectReference: 'apiGroup*=1 kind=2 name=3',
  TypedObjectReference: 'apiGroup*=1 kind=2 name=3 namespace*=4',
  UserInfo: 'username=1 uid=2 groups=3',
  Volume: 'name=1 @VolumeSource=2',
  VolumeDevice: 'name=1 devicePath=2',
  VolumeMount: 'name=1 readOnly=2 mountPath=3 subPath=4 mountPropagation*=5 subPathExpr=6 recursiveReadOnly*=7',
  VolumeProjection: 'secret*=1 downwardAPI*=2 configMap*=3 serviceAccountToken*=4',
  VolumeResourceRequirements: 'limits=1 requests=2',
  VolumeSource:
    'hostPath*=1 emptyDir*=2 secret*=6 persistentVolumeClaim*=10 downwardAPI*=16 configMap*=19 projected*=26 ephemeral*=29 ' +
    'image*=30',
  WeightedPodAffinityTerm: 'weight=1 podAffinityTerm=2',
  WindowsSecurityContextOptions: 'gmsaCredentialSpecName*=1 gmsaCredentialSpec*=2 runAsUserName*=3 hostProcess*=4',
  'v1.HorizontalPodAutoscalerSpec': 'scaleTargetRef=1 minReplicas*=2 maxReplicas=3 targetCPUUtilizationPercentage*=4',
  'v1.HorizontalPodAutoscalerStatus':
    'observedGeneration*=1 lastScaleTime*=2 currentReplicas=3 desiredReplicas=4 currentCPUUtilizationPercentage*=5',
};

export interface NumberedField {
  /** JSON name, or the Go struct when inlined. */
  name: string;
  pointer: boolean;
  inlined: boolean;
}

const parsed = new Map<string, ReadonlyMap<number, NumberedField>>();

function parse(text: string): ReadonlyMap<number, NumberedField> {
  return new Map(
    text.split(' ').map((entry): [number, NumberedField] => {
      const [, at, name = '', star, number] = /^(@?)([^*=]+)(\*?)=(\d+)$/.exec(entry) ?? [];
      return [Number(number), { name, pointer: star === '*', inlined: at === '@' }];
    }),
  );
}

/**
 * Fields of a message by number; undefined when the table does not have the message.
 * @param struct Go's name of it, better upstream's OpenAPI name, which tells its version
 */
export function fieldsByNumber(struct: string): ReadonlyMap<number, NumberedField> | undefined {
  const text = messages[struct.split('.').slice(-2).join('.')] ?? messages[shortNameOf(struct)];
  const known = parsed.get(struct);
  if (known || text === undefined) return known;
  const fields = parse(text);
  parsed.set(struct, fields);
  return fields;
}

/** True when a struct's field is a pointer in Go, as far as the table knows: such a field can be absent. `struct` as above. */
export function isGoPointer(struct: string, field: string): boolean {
  const fields = [...(fieldsByNumber(struct)?.values() ?? [])];
  return fields.some(({ name, pointer, inlined }) => (inlined ? isGoPointer(name, field) : pointer && name === field));
}
