/**
 * AWS: which load balancer a Service asks for, from whom, and what is wrong with the request.
 *
 * Two controllers share the Services, as on EKS: the cloud provider's own makes classic load balancers and, by
 * `aws-load-balancer-type: nlb`, network load balancers; the AWS Load Balancer Controller takes `nlb-ip`, `external` with a
 * target type, and the class `service.k8s.aws/nlb`.
 * Source: cloud-provider-aws `pkg/providers/v1/aws.go`, `aws_loadbalancer.go`, `aws_validations.go`; AWS Load Balancer
 * Controller `pkg/service/service_utils.go`, `model_builder.go`, `model_build_target_group.go`.
 * Differs: annotations for certificates, access logs, draining, zones, subnets and security groups change nothing: a lab's
 * load balancer is in one zone with all nodes, and ends no TLS.
 * Differs: of the PROXY protocol there is version 1 only, of classic load balancers; network load balancers send no header when
 * version 2 is asked for, by annotation or target group attribute.
 */
import { balancerName, classicHostname, controllerBalancerName, networkHostname } from './addresses.js';
import { annotatedCheck, annotation, annotationName, pairs, parseBool } from './annotations.js';
import type { BalancerSettings, CloudService, HealthCheck, Refusal } from './contract.js';

/** Who looks after a Service of type LoadBalancer. */
export type Owner = 'service-controller' | 'aws-load-balancer-controller' | 'nobody';

const controllerClass = 'service.k8s.aws/nlb';

export function ownerOf(service: CloudService): Owner {
  const { type, loadBalancerClass } = service.spec ?? {};
  if (type !== 'LoadBalancer') return 'nobody';
  if (loadBalancerClass !== undefined) return loadBalancerClass === controllerClass ? controller : 'nobody';
  const kind = annotation(service, 'type');
  if (kind === 'nlb-ip') return controller;
  if (kind !== 'external') return 'service-controller';
  return ['ip', 'instance'].includes(annotation(service, 'nlb-target-type') ?? '') ? controller : 'nobody';
}

const controller = 'aws-load-balancer-controller';

/** The load balancer of a Service that has an owner. */
export function awsSettings(service: CloudService): BalancerSettings | Refusal {
  return ownerOf(service) === controller ? controllerSettings(service) : providerSettings(service);
}

/** Source: aws_loadbalancer.go, the defaults; their check of a classic load balancer is one of its first port. */
const classicCheck: HealthCheck = {
  protocol: 'TCP',
  path: '',
  interval: 10,
  timeout: 5,
  healthyThreshold: 2,
  unhealthyThreshold: 6,
};
const networkCheck: HealthCheck = {
  ...classicCheck,
  interval: 30,
  timeout: 10,
  healthyThreshold: 3,
  unhealthyThreshold: 3,
};
const controllerCheck: HealthCheck = { ...networkCheck, interval: 10 };

function isLocal({ spec }: CloudService): boolean {
  return spec?.externalTrafficPolicy === 'Local' && (spec.healthCheckNodePort ?? 0) > 0;
}

/** With policy Local the node is asked whether it has an endpoint. Source: GetServiceHealthCheckPathPort. */
function localCheck(service: CloudService, other: HealthCheck, timeout: number, threshold: number): HealthCheck {
  if (!isLocal(service)) return other;
  const port = service.spec?.healthCheckNodePort ?? 0;
  const thresholds = { healthyThreshold: 2, unhealthyThreshold: threshold };
  return { protocol: 'HTTP', port, path: '/healthz', interval: 10, timeout, ...thresholds };
}

/** What the cloud provider's own controller makes. Source: EnsureLoadBalancer, in its order of complaints. */
function providerSettings(service: CloudService): BalancerSettings | Refusal {
  const network = annotation(service, 'type') === 'nlb';
  const error = changeOfType(service, network) ?? unfit(service, network) ?? unreadable(service, network);
  if (error !== undefined) return { error };
  const defaults = network ? localCheck(service, networkCheck, 10, 2) : localCheck(service, firstPort(service), 5, 6);
  const check = annotatedCheck(service, defaults);
  if ('error' in check) return check;
  const name = balancerName(service);
  const internal = !['', 'false'].includes(annotation(service, 'internal') ?? '');
  return {
    name,
    kind: network ? 'network' : 'classic',
    scheme: internal ? 'internal' : 'internet-facing',
    targetType: 'instance',
    hostname: network ? networkHostname(name) : classicHostname(name, internal),
    preservesClient: network && preservation(service) !== 'false',
    proxyProtocol: !network && annotation(service, 'proxy-protocol') === '*',
    check,
    nodeLabels: pairs(annotation(service, 'target-node-labels')),
  };
}

/** A classic load balancer has one check for all its listeners: of the first port. */
function firstPort({ spec }: CloudService): HealthCheck {
  const port = spec?.ports?.find(({ nodePort }) => nodePort)?.nodePort;
  return port === undefined ? classicCheck : { ...classicCheck, port };
}

/** Source: validateServiceAnnotations. */
function changeOfType({ status }: CloudService, network: boolean): string | undefined {
  const hostname = status?.loadBalancer?.ingress?.[0]?.hostname;
  if (hostname === undefined || hostname.endsWith('.elb.amazonaws.com') !== network) return undefined;
  const name = annotationName('type');
  return `cannot update Load Balancer Type annotation "${name}" after creation for ${network ? 'NLB' : 'Classic Load Balancer'}`;
}

function unfit({ spec }: CloudService, network: boolean): string | undefined {
  const { sessionAffinity = 'None', ports = [], loadBalancerIP } = spec ?? {};
  if (sessionAffinity !== 'None') return `unsupported load balancer affinity: ${sessionAffinity}`;
  if (ports.length === 0) return 'requested load balancer with no ports';
  const protocols = ports.map(({ protocol = 'TCP' }) => protocol);
  if (new Set(protocols).size > 1) return 'mixed protocol is not supported for LoadBalancer';
  const carried = network ? ['TCP', 'UDP'] : ['TCP'];
  const other = protocols.find((protocol) => !carried.includes(protocol));
  if (other !== undefined) return `Protocol ${other} not supported by LoadBalancer`;
  return loadBalancerIP ? 'LoadBalancerIP cannot be specified for AWS ELB' : undefined;
}

function unreadable(service: CloudService, network: boolean): string | undefined {
  const crossZone = annotation(service, 'cross-zone-load-balancing-enabled') || 'false';
  const name = annotationName('cross-zone-load-balancing-enabled');
  if (parseBool(crossZone) === undefined) return `error parsing service annotation: ${name}=${crossZone}`;
  if (network) return undefined;
  if (annotation(service, 'target-group-attributes') !== undefined) {
    return 'target group attributes annotation is only supported for NLB';
  }
  const proxyProtocol = annotation(service, 'proxy-protocol') || '*';
  const written = `"${annotationName('proxy-protocol')}"="${proxyProtocol}"`;
  if (proxyProtocol === '*') return undefined;
  return `annotation ${written} detected, but the only value supported currently is '*'`;
}

function invalidBool(text: string): string {
  return `strconv.ParseBool: parsing "${text}": invalid syntax`;
}

/** Source: model_build_load_balancer.go, buildLoadBalancerScheme; without either annotation it is internal. */
function controllerScheme(service: CloudService): BalancerSettings['scheme'] | Refusal {
  const scheme = annotation(service, 'scheme');
  if (scheme === facing || scheme === 'internal') return scheme;
  if (scheme !== undefined) return { error: `unknown scheme: ${scheme}` };
  const text = annotation(service, 'internal') ?? 'true';
  const internal = parseBool(text);
  if (internal !== undefined) return internal ? 'internal' : facing;
  return { error: `failed to parse bool annotation, ${annotationName('internal')}: ${text}: ${invalidBool(text)}` };
}

/** Source: model_build_target_group.go, buildTargetGroupAttributes. */
function unfitTargetGroup(service: CloudService): string | undefined {
  const proxyProtocol = annotation(service, 'proxy-protocol') ?? '*';
  if (proxyProtocol !== '*') {
    return `invalid value ${proxyProtocol} for Load Balancer proxy protocol v2 annotation, only value currently supported is *`;
  }
  const preserve = preservation(service);
  if (preserve === undefined || parseBool(preserve) !== undefined) return undefined;
  return `failed to parse attribute ${preserveClientIP}=${preserve}: ${invalidBool(preserve)}`;
}

const preserveClientIP = 'preserve_client_ip.enabled';

function preservation(service: CloudService): string | undefined {
  return pairs(annotation(service, 'target-group-attributes'))[preserveClientIP];
}

/** What the AWS Load Balancer Controller makes. */
function controllerSettings(service: CloudService): BalancerSettings | Refusal {
  const byPod = annotation(service, 'type') === 'nlb-ip' || annotation(service, 'nlb-target-type') === 'ip';
  const scheme = controllerScheme(service);
  if (typeof scheme !== 'string') return scheme;
  if (!byPod && service.spec?.ports?.some(({ nodePort }) => !nodePort)) {
    return { error: 'unable to support instance target type with an unallocated NodePort' };
  }
  const check = annotatedCheck(service, byPod ? controllerCheck : localCheck(service, controllerCheck, 6, 2));
  if ('error' in check) return { error: check.error.replace(/^U/, 'u') };
  const error = unfitTargetGroup(service);
  if (error !== undefined) return { error };
  const preserve = preservation(service);
  const name = controllerBalancerName(service);
  return {
    name,
    kind: 'network',
    scheme,
    targetType: byPod ? 'ip' : 'instance',
    hostname: networkHostname(name),
    preservesClient: preserve === undefined ? !byPod : parseBool(preserve) === true,
    proxyProtocol: false,
    check,
    nodeLabels: pairs(annotation(service, 'target-node-labels')),
  };
}

const facing = 'internet-facing';
