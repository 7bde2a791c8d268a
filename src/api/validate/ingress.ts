/**
 * Ingresses and ingress classes.
 *
 * Source: `pkg/apis/networking/validation/validation.go`, Kubernetes 1.30.
 */
import type {
  HTTPIngressPath,
  Ingress,
  IngressBackend,
  IngressClass,
  IngressRule,
  IngressServiceBackend,
  IngressTLS,
} from 'kubernetes-types/networking/v1.js';
import { type FieldError, invalid, invalidEach, notSupported, required, tooLong } from '../field-error.js';
import { GoText, goQuote } from '../go-value.js';
import { dns1035Label, dns1123Subdomain, portNameFormat, portNumber, wildcardDns1123Subdomain } from '../names.js';
import { immutable, parseAddress } from './values.js';

const oldClassAnnotation = 'kubernetes.io/ingress.class';

export function validateIngress({ spec, metadata }: Ingress): FieldError[] {
  const { rules = [], defaultBackend, tls = [], ingressClassName: name } = spec ?? {};
  const nothing = rules.length === 0 && defaultBackend === undefined;
  const shown = new GoText(`[]networking.IngressRule${spec?.rules === undefined ? '(nil)' : '{}'}`);
  const annotation = metadata?.annotations?.[oldClassAnnotation];
  const twoClasses = annotation !== undefined && name !== undefined && annotation !== name;
  return [
    ...(nothing ? [invalid('spec', shown, 'either `defaultBackend` or `rules` must be specified')] : []),
    ...(defaultBackend === undefined ? [] : backendErrors('spec.defaultBackend', defaultBackend)),
    ...rules.flatMap((rule, i) => ruleErrors(`spec.rules[${i}]`, rule)),
    ...tls.flatMap((entry, i) => tlsErrors(`spec.tls[${i}]`, entry)),
    ...(name === undefined ? [] : invalidEach('spec.ingressClassName', name, dns1123Subdomain(name))),
    ...(twoClasses ? [twoClassesError(annotation)] : []),
  ];
}

function twoClassesError(annotation: string): FieldError {
  // Upstream names the field so, with a dot and without `metadata`.
  const field = `annotations.${oldClassAnnotation}`;
  return invalid(field, annotation, 'must match `ingressClassName` when both are specified');
}

function hostErrors(field: string, host: string): FieldError[] {
  return invalidEach(field, host, host.includes('*') ? wildcardDns1123Subdomain(host) : dns1123Subdomain(host));
}

function ruleErrors(field: string, { host, http }: IngressRule): FieldError[] {
  const isAddress = Boolean(host) && parseAddress(host ?? '') !== undefined;
  const paths = http?.paths ?? [];
  return [
    ...(isAddress ? [invalid(`${field}.host`, host, 'must be a DNS name, not an IP address')] : []),
    ...(host ? hostErrors(`${field}.host`, host) : []),
    ...(http !== undefined && paths.length === 0 ? [required(`${field}.http.paths`)] : []),
    ...paths.flatMap((path, i) => pathErrors(`${field}.http.paths[${i}]`, path)),
  ];
}

function tlsErrors(field: string, { hosts = [], secretName }: IngressTLS): FieldError[] {
  return [
    ...hosts.flatMap((host, i) => hostErrors(`${field}.hosts[${i}]`, host)),
    ...(secretName ? invalidEach(`${field}.secretName`, secretName, dns1123Subdomain(secretName)) : []),
  ];
}

const pathTypes = ['Exact', 'ImplementationSpecific', 'Prefix'];

function pathErrors(field: string, { path = '', pathType, backend }: HTTPIngressPath): FieldError[] {
  if (!pathType) return [required(`${field}.pathType`, 'pathType must be specified')];
  const type = pathTypes.includes(pathType) ? [] : [notSupported(`${field}.pathType`, pathType, pathTypes)];
  return [
    ...type,
    ...(type.length === 0 ? pathTextErrors(`${field}.path`, path, pathType) : []),
    ...backendErrors(`${field}.backend`, backend ?? {}),
  ];
}

/** Sequences that a normal path has not: upstream's `invalidPathSequences` and `invalidPathSuffixes`. */
const wrongSequences = ['//', '/./', '/../', '%2f', '%2F'];
const wrongEnds = ['/..', '/.'];

function pathTextErrors(field: string, path: string, type: string): FieldError[] {
  const free = type === 'ImplementationSpecific';
  if (free && path === '') return [];
  const absolute = path.startsWith('/') ? [] : [invalid(field, path, 'must be an absolute path')];
  if (free) return absolute;
  return [
    ...absolute,
    ...wrongSequences
      .filter((part) => path.includes(part))
      .map((part) => invalid(field, path, `must not contain '${part}'`)),
    ...wrongEnds.filter((end) => path.endsWith(end)).map((end) => invalid(field, path, `cannot end with '${end}'`)),
  ];
}

function backendErrors(field: string, { service, resource }: IngressBackend): FieldError[] {
  if (service !== undefined && resource !== undefined) {
    return [invalid(field, '', 'cannot set both resource and service backends')];
  }
  if (service !== undefined) return serviceErrors(field, service);
  if (resource === undefined) return [invalid(field, '', 'resource or service backend is required')];
  return [
    ...(resource.kind ? [] : [required(`${field}.resource.kind`, 'kind is required')]),
    ...(resource.name ? [] : [required(`${field}.resource.name`, 'name is required')]),
  ];
}

function serviceErrors(field: string, { name, port }: IngressServiceBackend): FieldError[] {
  const path = `${field}.service`;
  const nameErrors = name ? invalidEach(`${path}.name`, name, dns1035Label(name)) : [required(`${path}.name`)];
  const { name: portName, number } = port ?? {};
  if (portName && number) return [...nameErrors, invalid(field, '', 'cannot set both port name & port number')];
  if (portName) return [...nameErrors, ...invalidEach(`${path}.port.name`, portName, portNameFormat(portName))];
  if (number) return [...nameErrors, ...invalidEach(`${path}.port.number`, number, portNumber(number))];
  return [...nameErrors, required(field, 'port name or number is required')];
}

/** `maxLenIngressClassController`. */
const controllerLimit = 250;

export function validateIngressClass({ spec }: IngressClass): FieldError[] {
  const field = 'spec.controller';
  const controller = spec?.controller ?? '';
  if (controller === '') return [required(field)];
  const [host = '', ...rest] = controller.split('/');
  const domain = host !== '' && rest.join('/') !== '';
  return [
    ...(controller.length > controllerLimit ? [tooLong(field, controllerLimit)] : []),
    ...(domain
      ? invalidEach(field, host, dns1123Subdomain(host))
      : [invalid(field, controller, `must be a domain-prefixed path (such as ${goQuote('acme.io/foo')})`)]),
  ];
}

export function validateIngressClassUpdate(next: IngressClass, previous: IngressClass): FieldError[] {
  return immutable('spec.controller', next.spec?.controller, previous.spec?.controller);
}
