/**
 * Service validation, rule by rule as the API server does it, in its order.
 *
 * Source: `pkg/apis/core/validation/validation.go` of Kubernetes 1.30 (`ValidateService` and what it calls). The
 * addresses are in `service-addresses.ts`, changes in `service-update.ts`. Whether a number is free or in range is the
 * allocators' business.
 */
import type { Service, ServiceSpec } from 'kubernetes-types/core/v1.js';
import { externallyAccessible } from '../default/service.js';
import { type FieldError, forbidden, invalid, invalidEach, notSupported, required } from '../field-error.js';
import { dns1123Subdomain, portNumber, qualifiedNameFormat } from '../names.js';
import { validateLabels } from './meta.js';
import { clusterIPErrors, isHeadless } from './service-addresses.js';
import { doublePortErrors, portErrors } from './service-ports.js';
import { nonSpecialIP, oneOf, validCIDR, validIP } from './values.js';

const types = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'];
const loadBalancerOnly = "may only be used when `type` is 'LoadBalancer'";

/** kubelet's own port; a load balancer in front of it would open it to the world. Upstream `ports.KubeletPort`. */
const kubeletPort = 10250;

/** A day: `core.MaxClientIPServiceAffinitySeconds`. */
const maxAffinitySeconds = 86400;

/** What is wrong with a Service besides its metadata. Expects defaults to be applied. */
export function validateService(service: Service): FieldError[] {
  const { spec = {}, metadata } = service;
  const annotations = metadata?.annotations ?? {};
  return [
    ...topologyErrors(annotations),
    ...typeErrors(spec),
    ...portErrors(spec),
    ...validateLabels('spec.selector', spec.selector),
    ...affinityErrors(spec),
    ...clusterIPErrors(spec),
    ...externalIPErrors(spec),
    ...oneOf('spec.type', spec.type, types),
    ...nodePortErrors(spec),
    ...doublePortErrors(spec),
    ...sourceRangeErrors(spec, annotations),
    ...loadBalancerErrors(spec),
    ...externalPolicyErrors(spec),
    ...internalPolicyErrors(spec),
    ...distributionErrors(spec),
  ];
}

function topologyErrors(annotations: Record<string, string>): FieldError[] {
  const old = 'service.kubernetes.io/topology-aware-hints';
  const current = 'service.kubernetes.io/topology-mode';
  const [a, b] = [annotations[current], annotations[old]];
  if (a === undefined || b === undefined || a === b) return [];
  const text = `must match annotations[${old}] when both are specified`;
  return [invalid(`metadata.annotations[${current}]`, a, text)];
}

/** What each type demands. */
function typeErrors(spec: ServiceSpec): FieldError[] {
  const noPorts = (spec.ports ?? []).length === 0 && !isHeadless(spec) && spec.type !== 'ExternalName';
  const missing = noPorts ? [required('spec.ports')] : [];
  if (spec.type === 'LoadBalancer') return [...missing, ...kubeletPortErrors(spec), ...notHeadless(spec)];
  if (spec.type === 'NodePort') return [...missing, ...notHeadless(spec)];
  return spec.type === 'ExternalName' ? [...missing, ...externalNameErrors(spec)] : missing;
}

function kubeletPortErrors({ ports = [] }: ServiceSpec): FieldError[] {
  const text = `may not expose port ${kubeletPort} externally since it is used by kubelet`;
  return ports.flatMap(({ port }, i) => (port === kubeletPort ? [invalid(`spec.ports[${i}]`, port, text)] : []));
}

function notHeadless(spec: ServiceSpec): FieldError[] {
  if (!isHeadless(spec)) return [];
  return [invalid('spec.clusterIPs[0]', 'None', `may not be set to 'None' for ${spec.type} services`)];
}

function externalNameErrors(spec: ServiceSpec): FieldError[] {
  const text = 'may not be set for ExternalName services';
  const name = (spec.externalName ?? '').replace(/\.$/, '');
  return [
    ...((spec.clusterIPs ?? []).length > 0 ? [forbidden('spec.clusterIPs', text)] : []),
    ...((spec.ipFamilies ?? []).length > 0 ? [forbidden('spec.ipFamilies', text)] : []),
    ...(spec.ipFamilyPolicy !== undefined ? [forbidden('spec.ipFamilyPolicy', text)] : []),
    ...(name === '' ? [required('spec.externalName')] : invalidEach('spec.externalName', name, dns1123Subdomain(name))),
  ];
}

function affinityErrors({ sessionAffinity, sessionAffinityConfig }: ServiceSpec): FieldError[] {
  const field = 'spec.sessionAffinityConfig';
  const errors = oneOf('spec.sessionAffinity', sessionAffinity, ['ClientIP', 'None']);
  if (sessionAffinity === 'None' && sessionAffinityConfig !== undefined) {
    return [...errors, forbidden(field, 'must not be set when session affinity is None')];
  }
  return sessionAffinity === 'ClientIP' ? [...errors, ...clientIPErrors(field, sessionAffinityConfig)] : errors;
}

function clientIPErrors(field: string, config: ServiceSpec['sessionAffinityConfig']): FieldError[] {
  if (config === undefined) return [required(field, 'when session affinity type is ClientIP')];
  if (config.clientIP === undefined) return [required(`${field}.clientIP`, 'when session affinity type is ClientIP')];
  const seconds = config.clientIP.timeoutSeconds;
  const path = `${field}.clientIP.timeoutSeconds`;
  if (seconds === undefined) return [required(path, 'when session affinity type is ClientIP')];
  if (seconds > 0 && seconds <= maxAffinitySeconds) return [];
  return [invalid(path, seconds, `must be greater than 0 and less than ${maxAffinitySeconds}`)];
}

function externalIPErrors({ externalIPs = [] }: ServiceSpec): FieldError[] {
  return externalIPs.flatMap((address, i) => {
    const field = `spec.externalIPs[${i}]`;
    const errors = validIP(field, address);
    return errors.length > 0 ? errors : nonSpecialIP(field, address);
  });
}

function nodePortErrors({ type, ports = [] }: ServiceSpec): FieldError[] {
  if (type !== 'ClusterIP') return [];
  const text = "may not be used when `type` is 'ClusterIP'";
  return ports.flatMap(({ nodePort }, i) => (nodePort ? [forbidden(`spec.ports[${i}].nodePort`, text)] : []));
}

const sourceRangesAnnotation = 'service.beta.kubernetes.io/load-balancer-source-ranges';

/** The field wins over the old annotation, which is looked at only when the field is empty. */
function sourceRangeErrors(spec: ServiceSpec, annotations: Record<string, string>): FieldError[] {
  const ranges = spec.loadBalancerSourceRanges ?? [];
  const field = 'spec.LoadBalancerSourceRanges';
  if (ranges.length > 0) {
    const errors = ranges.flatMap((range, i) => validCIDR(`${field}[${i}]`, range.trim()));
    return [...onlyLoadBalancer(spec, field), ...errors];
  }
  const text = annotations[sourceRangesAnnotation];
  if (text === undefined) return [];
  const path = `metadata.annotations[${sourceRangesAnnotation}]`;
  const listed = text.trim() === '' ? [] : text.trim().split(',');
  return [...onlyLoadBalancer(spec, path), ...listed.flatMap((range) => validCIDR(path, range.trim()))];
}

function onlyLoadBalancer({ type }: ServiceSpec, field: string): FieldError[] {
  return type === 'LoadBalancer' ? [] : [forbidden(field, loadBalancerOnly)];
}

function loadBalancerErrors(spec: ServiceSpec): FieldError[] {
  const { type, allocateLoadBalancerNodePorts: allocate, loadBalancerClass: name } = spec;
  if (type !== 'LoadBalancer') {
    return [
      ...(allocate === undefined ? [] : [forbidden('spec.allocateLoadBalancerNodePorts', loadBalancerOnly)]),
      ...(name === undefined ? [] : [forbidden('spec.loadBalancerClass', loadBalancerOnly)]),
    ];
  }
  return [
    // Upstream really names the field without `spec.` here.
    ...(allocate === undefined ? [required('allocateLoadBalancerNodePorts')] : []),
    ...(name === undefined ? [] : invalidEach('spec.loadBalancerClass', name, qualifiedNameFormat(name))),
  ];
}

/** Only a LoadBalancer with local traffic has a health check of its own. */
export function needsHealthCheck({ type, externalTrafficPolicy }: ServiceSpec): boolean {
  return type === 'LoadBalancer' && externalTrafficPolicy === 'Local';
}

function externalPolicyErrors(spec: ServiceSpec): FieldError[] {
  const { externalTrafficPolicy: policy } = spec;
  const field = 'spec.externalTrafficPolicy';
  const text = 'may only be set for externally-accessible services';
  if (externallyAccessible(spec)) return [...oneOf(field, policy, ['Cluster', 'Local']), ...healthCheckErrors(spec)];
  return [...(policy ? [invalid(field, policy, text)] : []), ...healthCheckErrors(spec)];
}

function healthCheckErrors(spec: ServiceSpec): FieldError[] {
  const port = spec.healthCheckNodePort ?? 0;
  const field = 'spec.healthCheckNodePort';
  const text = "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'";
  if (!needsHealthCheck(spec)) return port === 0 ? [] : [invalid(field, port, text)];
  return port === 0 ? [required(field)] : invalidEach(field, port, portNumber(port));
}

function internalPolicyErrors({ type, internalTrafficPolicy: policy }: ServiceSpec): FieldError[] {
  const field = 'spec.internalTrafficPolicy';
  const needed = type === 'ClusterIP' || type === 'LoadBalancer' || type === 'NodePort';
  if (policy === undefined) return needed ? [required(field)] : [];
  return ['Cluster', 'Local'].includes(policy) ? [] : [notSupported(field, policy, ['Cluster', 'Local'])];
}

function distributionErrors({ trafficDistribution: wish }: ServiceSpec): FieldError[] {
  if (wish === undefined || wish === 'PreferClose') return [];
  return [notSupported('spec.trafficDistribution', wish, ['PreferClose'])];
}
