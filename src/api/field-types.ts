/**
 * Field names and Go types of the kinds that the course uses most, as data for `checkFields`.
 *
 * Each row is `field:type`. Types are written as Go's JSON decoder names them in its messages; `v1.X` is a row of this
 * table or, when there is none, a named string. `any` is not looked into. Source: k8s.io/api v0.30.
 */

/** Structs by name. */
export const fieldTypes: Readonly<Record<string, string>> = {
  ObjectMeta:
    'name:string generateName:string namespace:string selfLink:string uid:types.UID resourceVersion:string generation:int64 ' +
    'creationTimestamp:any deletionTimestamp:any deletionGracePeriodSeconds:int64 labels:map[string]string ' +
    'annotations:map[string]string ownerReferences:[]v1.OwnerReference finalizers:[]string managedFields:any',
  OwnerReference: 'apiVersion:string kind:string name:string uid:types.UID controller:bool blockOwnerDeletion:bool',
  LabelSelector: 'matchLabels:map[string]string matchExpressions:[]v1.LabelSelectorRequirement',
  LabelSelectorRequirement: 'key:string operator:v1.LabelSelectorOperator values:[]string',

  Service: 'metadata:v1.ObjectMeta spec:v1.ServiceSpec status:any',
  ServiceSpec:
    'ports:[]v1.ServicePort selector:map[string]string clusterIP:string clusterIPs:[]string type:v1.ServiceType ' +
    'externalIPs:[]string sessionAffinity:v1.ServiceAffinity loadBalancerIP:string loadBalancerSourceRanges:[]string ' +
    'externalName:string externalTrafficPolicy:v1.ServiceExternalTrafficPolicy healthCheckNodePort:int32 ' +
    'publishNotReadyAddresses:bool sessionAffinityConfig:v1.SessionAffinityConfig ipFamilies:[]v1.IPFamily ' +
    'ipFamilyPolicy:v1.IPFamilyPolicy allocateLoadBalancerNodePorts:bool loadBalancerClass:string ' +
    'internalTrafficPolicy:v1.ServiceInternalTrafficPolicy trafficDistribution:string',
  ServicePort: 'name:string protocol:v1.Protocol appProtocol:string port:int32 targetPort:intstr nodePort:int32',
  SessionAffinityConfig: 'clientIP:v1.ClientIPConfig',
  ClientIPConfig: 'timeoutSeconds:int32',

  Pod: 'metadata:v1.ObjectMeta spec:v1.PodSpec status:any',
  PodTemplateSpec: 'metadata:v1.ObjectMeta spec:v1.PodSpec',
  PodSpec:
    'volumes:any initContainers:[]v1.Container containers:[]v1.Container ephemeralContainers:any ' +
    'restartPolicy:v1.RestartPolicy terminationGracePeriodSeconds:int64 activeDeadlineSeconds:int64 ' +
    'dnsPolicy:v1.DNSPolicy nodeSelector:map[string]string serviceAccountName:string serviceAccount:string ' +
    'automountServiceAccountToken:bool nodeName:string hostNetwork:bool hostPID:bool hostIPC:bool ' +
    'shareProcessNamespace:bool securityContext:any imagePullSecrets:any hostname:string subdomain:string affinity:any ' +
    'schedulerName:string tolerations:[]v1.Toleration hostAliases:[]v1.HostAlias priorityClassName:string ' +
    'priority:int32 dnsConfig:v1.PodDNSConfig readinessGates:any runtimeClassName:string enableServiceLinks:bool ' +
    'preemptionPolicy:v1.PreemptionPolicy overhead:any topologySpreadConstraints:any setHostnameAsFQDN:bool os:any ' +
    'hostUsers:bool schedulingGates:any resourceClaims:any',
  Container:
    'name:string image:string command:[]string args:[]string workingDir:string ports:[]v1.ContainerPort envFrom:any ' +
    'env:[]v1.EnvVar resources:any resizePolicy:any restartPolicy:v1.ContainerRestartPolicy volumeMounts:any ' +
    'volumeDevices:any livenessProbe:v1.Probe readinessProbe:v1.Probe startupProbe:v1.Probe lifecycle:any ' +
    'terminationMessagePath:string terminationMessagePolicy:v1.TerminationMessagePolicy ' +
    'imagePullPolicy:v1.PullPolicy securityContext:any stdin:bool stdinOnce:bool tty:bool',
  ContainerPort: 'name:string hostPort:int32 containerPort:int32 protocol:v1.Protocol hostIP:string',
  EnvVar: 'name:string value:string valueFrom:any',
  Probe:
    'exec:v1.ExecAction httpGet:v1.HTTPGetAction tcpSocket:v1.TCPSocketAction grpc:v1.GRPCAction ' +
    'initialDelaySeconds:int32 timeoutSeconds:int32 periodSeconds:int32 successThreshold:int32 failureThreshold:int32 ' +
    'terminationGracePeriodSeconds:int64',
  ExecAction: 'command:[]string',
  HTTPGetAction: 'path:string port:intstr host:string scheme:v1.URIScheme httpHeaders:[]v1.HTTPHeader',
  HTTPHeader: 'name:string value:string',
  TCPSocketAction: 'port:intstr host:string',
  GRPCAction: 'port:int32 service:string',
  Toleration: 'key:string operator:v1.TolerationOperator value:string effect:v1.TaintEffect tolerationSeconds:int64',
  HostAlias: 'ip:string hostnames:[]string',
  PodDNSConfig: 'nameservers:[]string searches:[]string options:[]v1.PodDNSConfigOption',
  PodDNSConfigOption: 'name:string value:string',

  ReplicationController: 'metadata:v1.ObjectMeta spec:v1.ReplicationControllerSpec status:any',
  ReplicationControllerSpec:
    'replicas:int32 minReadySeconds:int32 selector:map[string]string template:v1.PodTemplateSpec',
  ReplicaSet: 'metadata:v1.ObjectMeta spec:v1.ReplicaSetSpec status:any',
  ReplicaSetSpec: 'replicas:int32 minReadySeconds:int32 selector:v1.LabelSelector template:v1.PodTemplateSpec',
  Deployment: 'metadata:v1.ObjectMeta spec:v1.DeploymentSpec status:any',
  DeploymentSpec:
    'replicas:int32 selector:v1.LabelSelector template:v1.PodTemplateSpec strategy:v1.DeploymentStrategy ' +
    'minReadySeconds:int32 revisionHistoryLimit:int32 paused:bool progressDeadlineSeconds:int32',
  DeploymentStrategy: 'type:v1.DeploymentStrategyType rollingUpdate:v1.RollingUpdateDeployment',
  RollingUpdateDeployment: 'maxUnavailable:intstr maxSurge:intstr',
  DaemonSet: 'metadata:v1.ObjectMeta spec:v1.DaemonSetSpec status:any',
  DaemonSetSpec:
    'selector:v1.LabelSelector template:v1.PodTemplateSpec updateStrategy:v1.DaemonSetUpdateStrategy ' +
    'minReadySeconds:int32 revisionHistoryLimit:int32',
  DaemonSetUpdateStrategy: 'type:v1.DaemonSetUpdateStrategyType rollingUpdate:v1.RollingUpdateDaemonSet',
  RollingUpdateDaemonSet: 'maxUnavailable:intstr maxSurge:intstr',

  Namespace: 'metadata:v1.ObjectMeta spec:any status:any',
  Node: 'metadata:v1.ObjectMeta spec:v1.NodeSpec status:any',
  NodeSpec:
    'podCIDR:string podCIDRs:[]string providerID:string unschedulable:bool taints:[]v1.Taint configSource:any ' +
    'externalID:string',
  Taint: 'key:string value:string effect:v1.TaintEffect timeAdded:any',
  ConfigMap: 'metadata:v1.ObjectMeta immutable:bool data:map[string]string binaryData:map[string]string',
  Secret:
    'metadata:v1.ObjectMeta immutable:bool data:map[string]string stringData:map[string]string type:v1.SecretType',
  Endpoints: 'metadata:v1.ObjectMeta subsets:[]v1.EndpointSubset',
  EndpointSubset: 'addresses:[]v1.EndpointAddress notReadyAddresses:[]v1.EndpointAddress ports:[]v1.EndpointPort',
  EndpointAddress: 'ip:string hostname:string nodeName:string targetRef:any',
  EndpointPort: 'name:string port:int32 protocol:v1.Protocol appProtocol:string',
  EndpointSlice: 'metadata:v1.ObjectMeta addressType:v1.AddressType endpoints:[]v1.Endpoint ports:[]v1.EndpointPort',
  Endpoint:
    'addresses:[]string conditions:v1.EndpointConditions hostname:string targetRef:any ' +
    'deprecatedTopology:map[string]string nodeName:string zone:string hints:any',
  EndpointConditions: 'ready:bool serving:bool terminating:bool',

  Ingress: 'metadata:v1.ObjectMeta spec:v1.IngressSpec status:any',
  IngressSpec: 'ingressClassName:string defaultBackend:v1.IngressBackend tls:[]v1.IngressTLS rules:[]v1.IngressRule',
  IngressTLS: 'hosts:[]string secretName:string',
  IngressRule: 'host:string http:v1.HTTPIngressRuleValue',
  HTTPIngressRuleValue: 'paths:[]v1.HTTPIngressPath',
  HTTPIngressPath: 'path:string pathType:v1.PathType backend:v1.IngressBackend',
  IngressBackend: 'service:v1.IngressServiceBackend resource:any',
  IngressServiceBackend: 'name:string port:v1.ServiceBackendPort',
  ServiceBackendPort: 'name:string number:int32',
};

/** Kinds whose manifests `checkFields` looks into, as `group/Kind`. */
export const checkedKinds: ReadonlySet<string> = new Set([
  ...['Service', 'Pod', 'ReplicationController', 'Namespace', 'Node', 'ConfigMap', 'Secret', 'Endpoints'].map(
    (kind) => `/${kind}`,
  ),
  ...['ReplicaSet', 'Deployment', 'DaemonSet'].map((kind) => `apps/${kind}`),
  'discovery.k8s.io/EndpointSlice',
  'networking.k8s.io/Ingress',
]);
