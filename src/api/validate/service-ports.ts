/**
 * The ports of a Service: each by itself, then the list for doubles.
 *
 * Source: `validateServicePort` and the loops of `ValidateService`, Kubernetes 1.30.
 */
import type { ServicePort, ServiceSpec } from 'kubernetes-types/core/v1.js';
import { duplicate, type FieldError, invalidEach, required } from '../field-error.js';
import { GoText, goQuote } from '../go-value.js';
import { dns1123Label, portNumber, qualifiedNameFormat } from '../names.js';
import { oneOf, portNumberOrName, protocols } from './values.js';

/** Each port's own fields. */
export function portErrors({ ports = [] }: ServiceSpec): FieldError[] {
  return ports.flatMap((port, i) => [...nameErrors(ports, i), ...fieldErrors(port, `spec.ports[${i}]`)]);
}

function nameErrors(ports: readonly ServicePort[], index: number): FieldError[] {
  const field = `spec.ports[${index}].name`;
  const name = ports[index]?.name;
  if (!name) return ports.length > 1 ? [required(field)] : [];
  const seen = ports.slice(0, index).some((port) => port.name === name);
  return [...invalidEach(field, name, dns1123Label(name)), ...(seen ? [duplicate(field, name)] : [])];
}

function fieldErrors({ port, protocol, targetPort, appProtocol }: ServicePort, field: string): FieldError[] {
  return [
    ...invalidEach(`${field}.port`, port ?? 0, portNumber(port ?? 0)),
    ...oneOf(`${field}.protocol`, protocol, protocols),
    ...portNumberOrName(`${field}.targetPort`, targetPort),
    ...(appProtocol === undefined
      ? []
      : invalidEach(`${field}.appProtocol`, appProtocol, qualifiedNameFormat(appProtocol))),
  ];
}

/** The same nodePort, or the same port, twice for one protocol. */
export function doublePortErrors({ ports = [] }: ServiceSpec): FieldError[] {
  const nodePorts = repeated(ports, ({ protocol, nodePort }) => (nodePort ? `${protocol}/${nodePort}` : undefined));
  const numbers = repeated(ports, ({ protocol, port }) => `${protocol}/${port ?? 0}`);
  return [
    ...nodePorts.map((i) => duplicate(`spec.ports[${i}].nodePort`, ports[i]?.nodePort)),
    ...numbers.map((i) => duplicate(`spec.ports[${i}]`, goServicePort(ports[i]))),
  ];
}

/** Indices of the ports whose key an earlier port had. */
function repeated(ports: readonly ServicePort[], key: (port: ServicePort) => string | undefined): number[] {
  const keys = ports.map(key);
  return keys.flatMap((text, i) => (text !== undefined && keys.indexOf(text) < i ? [i] : []));
}

/** Upstream prints the Go struct that it compares: protocol and port, all else empty. */
function goServicePort(port: ServicePort | undefined): GoText {
  const target = 'intstr.IntOrString{Type:0, IntVal:0, StrVal:""}';
  const key = `Protocol:${goQuote(port?.protocol ?? '')}, AppProtocol:(*string)(nil), Port:${port?.port ?? 0}`;
  return new GoText(`core.ServicePort{Name:"", ${key}, TargetPort:${target}, NodePort:0}`);
}
