/**
 * The variables by which a container finds the Services that were there before it.
 * Source: kubelet `envvars/envvars.go` FromServices, `kubelet_pods.go` getServiceEnvVarMap.
 */
import type { Service, ServicePort } from 'kubernetes-types/core/v1.js';

type ServiceView = Pick<Service, 'metadata' | 'spec'>;

/** Those of the pod's namespace when `links` (spec.enableServiceLinks), and `kubernetes` of `default` always. */
export function serviceVariables(
  services: readonly ServiceView[],
  namespace: string,
  links: boolean,
): Record<string, string> {
  const isMaster = ({ metadata }: ServiceView): boolean =>
    metadata?.namespace === 'default' && metadata.name === 'kubernetes';
  const seen = services.filter((service) => isMaster(service) || (links && service.metadata?.namespace === namespace));
  // A Service `kubernetes` of the pod's own namespace hides the master's.
  const ordered = [...seen].sort(
    (a, b) => Number(isMaster(b)) - Number(isMaster(a)) || nameOf(a).localeCompare(nameOf(b)),
  );
  return Object.assign({}, ...ordered.filter(hasAddress).map(variablesOf)) as Record<string, string>;
}

function nameOf({ metadata }: ServiceView): string {
  return metadata?.name ?? '';
}

function hasAddress({ spec }: ServiceView): boolean {
  return (
    spec?.type !== 'ExternalName' && spec?.clusterIP !== undefined && spec.clusterIP !== '' && spec.clusterIP !== 'None'
  );
}

function variablesOf(service: ServiceView): Record<string, string> {
  const prefix = variableName(nameOf(service));
  const host = service.spec?.clusterIP ?? '';
  const ports = service.spec?.ports ?? [];
  const named = ports
    .filter(({ name }) => name)
    .map(({ name, port }) => [`${prefix}_SERVICE_PORT_${variableName(name ?? '')}`, String(port)]);
  const first = ports[0];
  return {
    [`${prefix}_SERVICE_HOST`]: host,
    [`${prefix}_SERVICE_PORT`]: String(first?.port ?? ''),
    ...(Object.fromEntries(named) as Record<string, string>),
    ...(first ? { [`${prefix}_PORT`]: urlOf(host, first) } : {}),
    ...(Object.assign({}, ...ports.map((port) => linkVariables(prefix, host, port))) as Record<string, string>),
  };
}

/** The variables that Docker links once set: `WEB_PORT_80_TCP`, … */
function linkVariables(prefix: string, host: string, port: ServicePort): Record<string, string> {
  const protocol = port.protocol ?? 'TCP';
  const name = `${prefix}_PORT_${port.port}_${protocol.toUpperCase()}`;
  return {
    [name]: urlOf(host, port),
    [`${name}_PROTO`]: protocol.toLowerCase(),
    [`${name}_PORT`]: String(port.port),
    [`${name}_ADDR`]: host,
  };
}

function urlOf(host: string, { protocol = 'TCP', port }: ServicePort): string {
  return `${protocol.toLowerCase()}://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

function variableName(name: string): string {
  return name.replaceAll('-', '_').toUpperCase();
}
