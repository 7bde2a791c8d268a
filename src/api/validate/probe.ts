/**
 * Liveness, readiness and startup probes.
 *
 * Source: `validateProbe`, `validateHandler` and their siblings, Kubernetes 1.30.
 */
import type { HTTPGetAction, Probe } from 'kubernetes-types/core/v1.js';
import { type FieldError, forbidden, invalid, invalidEach, notSupported, required } from '../field-error.js';
import { httpHeaderName, portNumber } from '../names.js';
import { nonNegative, portNumberOrName } from './values.js';

export type ProbeKind = 'liveness' | 'readiness' | 'startup';

const counts = [
  'initialDelaySeconds',
  'timeoutSeconds',
  'periodSeconds',
  'successThreshold',
  'failureThreshold',
] as const;

export function probeErrors(field: string, probe: Probe | undefined, kind: ProbeKind): FieldError[] {
  if (probe === undefined) return [];
  const grace = probe.terminationGracePeriodSeconds;
  const graceField = `${field}.terminationGracePeriodSeconds`;
  const success = probe.successThreshold ?? 1;
  return [
    ...handlerErrors(field, probe),
    ...counts.flatMap((name) => nonNegative(`${field}.${name}`, probe[name])),
    ...(grace !== undefined && grace <= 0 ? [invalid(graceField, grace, 'must be greater than 0')] : []),
    ...(kind !== 'readiness' && success !== 1 ? [invalid(`${field}.successThreshold`, success, 'must be 1')] : []),
    ...(kind === 'readiness' && grace !== undefined
      ? [invalid(graceField, grace, 'must not be set for readinessProbes')]
      : []),
  ];
}

/** Handlers in upstream's order: the first that is set counts, the others are too many. */
const handlers = ['exec', 'httpGet', 'tcpSocket', 'grpc'] as const;

function handlerErrors(field: string, probe: Probe): FieldError[] {
  const [first, ...others] = handlers.filter((name) => probe[name] !== undefined);
  if (first === undefined) return [required(field, 'must specify a handler type')];
  return [
    ...actionErrors(`${field}.${first}`, first, probe),
    ...others.map((name) => forbidden(`${field}.${name}`, 'may not specify more than 1 handler type')),
  ];
}

function actionErrors(field: string, name: (typeof handlers)[number], probe: Probe): FieldError[] {
  switch (name) {
    case 'exec':
      return (probe.exec?.command ?? []).length === 0 ? [required(`${field}.command`)] : [];
    case 'httpGet':
      return probe.httpGet === undefined ? [] : httpGetErrors(field, probe.httpGet);
    case 'tcpSocket':
      return portNumberOrName(`${field}.port`, probe.tcpSocket?.port);
    case 'grpc':
      return invalidEach(`${field}.port`, probe.grpc?.port ?? 0, portNumber(probe.grpc?.port ?? 0));
  }
}

function httpGetErrors(field: string, { path, port, scheme = '', httpHeaders = [] }: HTTPGetAction): FieldError[] {
  return [
    ...(path ? [] : [required(`${field}.path`)]),
    ...portNumberOrName(`${field}.port`, port),
    ...(scheme === 'HTTP' || scheme === 'HTTPS' ? [] : [notSupported(`${field}.scheme`, scheme, ['HTTP', 'HTTPS'])]),
    ...httpHeaders.flatMap(({ name }) => invalidEach(`${field}.httpHeaders`, name, httpHeaderName(name))),
  ];
}
