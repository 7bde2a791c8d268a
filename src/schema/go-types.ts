/**
 * Go's names of field types, as its JSON decoder prints them in type errors (`of type []v1.ServicePort`).
 *
 * Source: reflect.Type.String over k8s.io/api `types.go`. Named string types are listed only for fields that people write by hand.
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

/** `Struct.field` of strings that have a type of their own in Go. */
const namedStrings: Record<string, string> = {
  'ServiceSpec.type': 'v1.ServiceType',
  'ServiceSpec.sessionAffinity': 'v1.ServiceAffinity',
  'ServiceSpec.externalTrafficPolicy': 'v1.ServiceExternalTrafficPolicy',
  'ServiceSpec.internalTrafficPolicy': 'v1.ServiceInternalTrafficPolicy',
  'ServiceSpec.ipFamilies': 'v1.IPFamily',
  'ServiceSpec.ipFamilyPolicy': 'v1.IPFamilyPolicy',
  'ServicePort.protocol': 'v1.Protocol',
  'ContainerPort.protocol': 'v1.Protocol',
  'EndpointPort.protocol': 'v1.Protocol',
  'Container.imagePullPolicy': 'v1.PullPolicy',
  'PodSpec.restartPolicy': 'v1.RestartPolicy',
  'PodSpec.dnsPolicy': 'v1.DNSPolicy',
  'Taint.effect': 'v1.TaintEffect',
  'Toleration.effect': 'v1.TaintEffect',
  'Toleration.operator': 'v1.TolerationOperator',
  'HTTPIngressPath.pathType': 'v1.PathType',
  'DeploymentStrategy.type': 'v1.DeploymentStrategyType',
  'Secret.type': 'v1.SecretType',
  'ObjectMeta.uid': 'types.UID',
  'OwnerReference.uid': 'types.UID',
};

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
  const own = type.scalar === 'string' ? namedStrings[`${owner?.shortName}.${field}`] : undefined;
  return own ?? scalarNames[type.scalar];
}
