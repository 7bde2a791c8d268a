/**
 * Images that the catalogue does not know: a server on every port that the pod, or a Service in front of it, names.
 *
 * Differs: an image the lab does not know answers on its declared containerPorts, else on the targetPorts of the
 * Services that select it, with a page that says who and where it is, instead of running its own program.
 */
import type { Container, ServicePort } from 'kubernetes-types/core/v1.js';
import type { ContainerPlan, PlanContext, PodView, Protocol, ServerPlan, ServiceView } from './contract.js';

interface Port {
  protocol: Protocol;
  port: number;
}

/** The listeners of an unknown image. */
export function planEmulated(container: Container, context: PlanContext): ContainerPlan {
  const declared = declaredPorts(container);
  const ports = declared.length > 0 ? declared : targetedPorts(container, context);
  const servers = ports.map(
    (port): ServerPlan => ({
      container: container.name,
      ...port,
      behaviour: 'emulated',
      parameters: { image: container.image ?? '' },
    }),
  );
  return { kind: 'servers', servers, notice: noticeOf(container.image ?? '', ports) };
}

/** True when a change of Services can change what this container listens on. */
export function listensForServices(container: Container): boolean {
  return declaredPorts(container).length === 0;
}

/** The text of the event that owns up to the emulation. */
function noticeOf(image: string, ports: readonly Port[]): string {
  const where = ports.map((port) => `${port.port}/${port.protocol}`).join(', ');
  const does = where === '' ? 'it answers on no port: declare containerPorts or a Service' : `it answers on ${where}`;
  return `Image "${image}" is emulated: ${does}`;
}

function declaredPorts(container: Container): Port[] {
  return distinct(
    (container.ports ?? []).map((port) => ({ protocol: served(port.protocol), port: port.containerPort })),
  );
}

function targetedPorts(container: Container, context: PlanContext): Port[] {
  const selecting = context.services.filter((service) => selects(service, context.pod));
  const first = context.pod.spec?.containers[0]?.name;
  if (container.name !== first) return [];
  return distinct(selecting.flatMap((service) => (service.spec?.ports ?? []).flatMap(targetOf)));
}

/** A targetPort given by name needs a declared containerPort of that name, which this container has not. */
function targetOf(port: ServicePort): Port[] {
  const target = port.targetPort ?? port.port;
  return typeof target === 'number' ? [{ protocol: served(port.protocol), port: target }] : [];
}

/** Differs: SCTP ports of emulated images are served over TCP, because Node has no SCTP sockets. */
function served(protocol: string | undefined): Protocol {
  return protocol === 'UDP' ? 'UDP' : 'TCP';
}

/** Whether a Service's selector matches the pod's labels; no selector selects nothing. */
export function selects(service: ServiceView, pod: PodView): boolean {
  const wanted = Object.entries(service.spec?.selector ?? {});
  const labels = pod.metadata?.labels ?? {};
  const here = service.metadata?.namespace === pod.metadata?.namespace;
  return here && wanted.length > 0 && wanted.every(([key, value]) => labels[key] === value);
}

function distinct(ports: readonly Port[]): Port[] {
  const byKey = new Map(ports.map((port) => [`${port.protocol}/${port.port}`, port]));
  return [...byKey.values()].sort((a, b) => a.port - b.port || a.protocol.localeCompare(b.protocol));
}
