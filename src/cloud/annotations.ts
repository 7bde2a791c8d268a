/**
 * The annotations of AWS' load balancers, and how they are read.
 * Source: cloud-provider-aws `pkg/providers/v1/aws.go`, AWS Load Balancer Controller `pkg/annotations`.
 */
import type { CloudService, HealthCheck, Refusal } from './contract.js';

const prefix = 'service.beta.kubernetes.io/aws-load-balancer-';

export function annotationName(suffix: string): string {
  return `${prefix}${suffix}`;
}

/** The value of `service.beta.kubernetes.io/aws-load-balancer-SUFFIX`. */
export function annotation({ metadata }: CloudService, suffix: string): string | undefined {
  return metadata.annotations?.[annotationName(suffix)];
}

/** `key=value,key=value`. Source: getKeyValuePropertiesFromAnnotation. */
export function pairs(text: string | undefined): Record<string, string> {
  const found = (text ?? '').split(',').map((pair) => pair.trim().split('='));
  return Object.fromEntries(found.flatMap(([key = '', value = '']) => (key === '' ? [] : [[key, value]])));
}

/** Go's strconv.ParseBool; undefined is its "invalid syntax". */
export function parseBool(text: string): boolean | undefined {
  if (/^(1|t|T|TRUE|true|True)$/.test(text)) return true;
  return /^(0|f|F|FALSE|false|False)$/.test(text) ? false : undefined;
}

/**
 * A check with what the annotations say instead. Source: buildNLBHealthCheckConfiguration, ensureLoadBalancerHealthCheck.
 * Differs: a health check over HTTPS asks only whether the port takes connections, as a check over TCP does.
 */
export function annotatedCheck(service: CloudService, defaults: HealthCheck): HealthCheck | Refusal {
  const asked = (annotation(service, 'healthcheck-protocol') ?? defaults.protocol).toUpperCase();
  const protocol = asked === 'HTTPS' ? 'TCP' : asked;
  if (protocol !== 'TCP' && protocol !== 'HTTP') return { error: `Unsupported health check protocol ${protocol}` };
  const portText = annotation(service, 'healthcheck-port');
  const { port: defaultPort, ...others } = defaults;
  const port = portText === undefined ? defaultPort : portText === trafficPort ? undefined : Number(portText);
  if (port !== undefined && !Number.isInteger(port)) return { error: `Invalid health check port '${portText}'` };
  const check: HealthCheck = { ...others, protocol, ...(port === undefined ? {} : { port }) };
  check.path = protocol === 'TCP' ? '' : annotation(service, 'healthcheck-path') || defaults.path || '/';
  for (const [suffix, field] of numbers) {
    const text = annotation(service, suffix);
    if (text === undefined) continue;
    if (!/^[1-9]\d*$/.test(text)) return { error: `failed to parse annotation ${annotationName(suffix)}=${text}` };
    check[field] = Number(text);
  }
  return check;
}

const trafficPort = 'traffic-port';

const numbers = [
  ['healthcheck-interval', 'interval'],
  ['healthcheck-timeout', 'timeout'],
  ['healthcheck-healthy-threshold', 'healthyThreshold'],
  ['healthcheck-unhealthy-threshold', 'unhealthyThreshold'],
] as const;
