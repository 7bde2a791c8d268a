/**
 * Containers: names, images, ports, environment, mounts, pull policy.
 *
 * Source: `validateContainers`, `validateInitContainers` and `validateContainerCommon` of
 * `pkg/apis/core/validation/validation.go`, Kubernetes 1.30.
 * Differs: security contexts, resize policies and volume devices are taken as they come; the lab does not use them.
 */
import type { Container, ContainerPort, EnvFromSource, EnvVar, VolumeMount } from 'kubernetes-types/core/v1.js';
import { duplicate, type FieldError, forbidden, invalid, invalidEach, required } from '../field-error.js';
import {
  configMapKey,
  dns1123Label,
  dns1123Subdomain,
  envVarNameFormat,
  portNameFormat,
  portNumber,
} from '../names.js';
import { probeErrors } from './probe.js';
import { resourceErrors } from './resources.js';
import { oneOf, protocols } from './values.js';

/** The containers of a pod: at least one, each by itself, then names and host ports for doubles. */
export function containerListErrors(field: string, containers: readonly Container[], volumes: Volumes): FieldError[] {
  if (containers.length === 0) return [required(field)];
  return [
    ...containers.flatMap((container, i) => [
      ...containerErrors(`${field}[${i}]`, container, volumes),
      ...repeatedName(`${field}[${i}].name`, container.name, containers.slice(0, i)),
      ...probesErrors(`${field}[${i}]`, container),
      ...plainRestartPolicy(`${field}[${i}].restartPolicy`, container),
    ]),
    ...hostPortErrors(field, containers),
  ];
}

/** Init containers: names differ from the others' too; probes only when the container keeps running. */
export function initContainerErrors(
  field: string,
  containers: readonly Container[],
  others: readonly Container[],
  volumes: Volumes,
): FieldError[] {
  return containers.flatMap((container, i) => [
    ...containerErrors(`${field}[${i}]`, container, volumes),
    ...repeatedName(`${field}[${i}].name`, container.name, [...others, ...containers.slice(0, i)]),
    // They run one by one, so each has the host's ports to itself; upstream names the first one in every path.
    ...hostPortErrors(field, [container]),
    ...(isSidecar(container) ? probesErrors(`${field}[${i}]`, container) : noProbes(`${field}[${i}]`, container)),
  ]);
}

/** Names of the pod's volumes. */
export type Volumes = ReadonlySet<string>;

function isSidecar(container: Container): boolean {
  return (container as { restartPolicy?: string }).restartPolicy === 'Always';
}

function plainRestartPolicy(field: string, container: Container): FieldError[] {
  const set = (container as { restartPolicy?: string }).restartPolicy !== undefined;
  return set ? [forbidden(field, 'may not be set for non-init containers')] : [];
}

function repeatedName(field: string, name: string, earlier: readonly Container[]): FieldError[] {
  return earlier.some((other) => other.name === name) ? [duplicate(field, name)] : [];
}

function containerErrors(field: string, container: Container, volumes: Volumes): FieldError[] {
  const { name, image, ports = [], env = [], envFrom = [], volumeMounts = [] } = container;
  return [
    ...(name ? invalidEach(`${field}.name`, name, dns1123Label(name)) : [required(`${field}.name`)]),
    ...(image ? [] : [required(`${field}.image`)]),
    ...oneOf(`${field}.terminationMessagePolicy`, container.terminationMessagePolicy, [
      'File',
      'FallbackToLogsOnError',
    ]),
    ...portListErrors(`${field}.ports`, ports),
    ...env.flatMap((variable, i) => variableErrors(`${field}.env[${i}]`, variable)),
    ...envFrom.flatMap((source, i) => envFromErrors(`${field}.envFrom`, i, source)),
    ...mountErrors(`${field}.volumeMounts`, volumeMounts, volumes),
    ...oneOf(`${field}.imagePullPolicy`, container.imagePullPolicy, ['Always', 'IfNotPresent', 'Never']),
    ...resourceErrors(`${field}.resources`, container.resources ?? {}),
  ];
}

function portListErrors(field: string, ports: readonly ContainerPort[]): FieldError[] {
  return ports.flatMap((port, i) => [
    ...portNameErrors(`${field}[${i}].name`, port.name, ports.slice(0, i)),
    ...(port.containerPort
      ? invalidEach(`${field}[${i}].containerPort`, port.containerPort, portNumber(port.containerPort))
      : [required(`${field}[${i}].containerPort`)]),
    ...(port.hostPort ? invalidEach(`${field}[${i}].hostPort`, port.hostPort, portNumber(port.hostPort)) : []),
    ...oneOf(`${field}[${i}].protocol`, port.protocol, protocols),
  ]);
}

function portNameErrors(field: string, name: string | undefined, earlier: readonly ContainerPort[]): FieldError[] {
  if (!name) return [];
  const errors = invalidEach(field, name, portNameFormat(name));
  if (errors.length > 0) return errors;
  return earlier.some((port) => port.name === name) ? [duplicate(field, name)] : [];
}

function hostPortErrors(field: string, containers: readonly Container[]): FieldError[] {
  const seen = new Set<string>();
  return containers.flatMap(({ ports = [] }, c) =>
    ports.flatMap(({ hostPort, hostIP = '', protocol }, p) => {
      const key = `${protocol}/${hostIP}/${hostPort}`;
      if (!hostPort || !seen.has(key)) {
        seen.add(key);
        return [];
      }
      return [duplicate(`${field}[${c}].ports[${p}].hostPort`, key)];
    }),
  );
}

function variableErrors(field: string, { name, value, valueFrom }: EnvVar): FieldError[] {
  const nameErrors = name ? invalidEach(`${field}.name`, name, envVarNameFormat(name)) : [required(`${field}.name`)];
  if (valueFrom === undefined) return nameErrors;
  const path = `${field}.valueFrom`;
  const sources = Object.keys(valueFrom).length;
  const text = 'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef` or `secretKeyRef`';
  return [
    ...nameErrors,
    ...keyReferenceErrors(`${path}.configMapKeyRef`, valueFrom.configMapKeyRef),
    ...keyReferenceErrors(`${path}.secretKeyRef`, valueFrom.secretKeyRef),
    ...(sources === 0 ? [invalid(path, '', text)] : []),
    ...(sources > 0 && value ? [invalid(path, '', 'may not be specified when `value` is not empty')] : []),
    ...(sources > 1 && !value ? [invalid(path, '', 'may not have more than one field specified at a time')] : []),
  ];
}

function keyReferenceErrors(field: string, reference: { name?: string; key: string } | undefined): FieldError[] {
  if (reference === undefined) return [];
  const { name = '', key } = reference;
  return [
    ...invalidEach(`${field}.name`, name, dns1123Subdomain(name)),
    ...(key ? invalidEach(`${field}.key`, key, configMapKey(key)) : [required(`${field}.key`)]),
  ];
}

function envFromErrors(field: string, index: number, source: EnvFromSource): FieldError[] {
  const { prefix, configMapRef, secretRef } = source;
  const sources = [configMapRef, secretRef].filter((reference) => reference !== undefined).length;
  const prefixErrors = prefix ? invalidEach(`${field}[${index}].prefix`, prefix, envVarNameFormat(prefix)) : [];
  if (sources === 1) return prefixErrors;
  const none = 'must specify one of: `configMapRef` or `secretRef`';
  const text = sources === 0 ? none : 'may not have more than one field specified at a time';
  return [...prefixErrors, invalid(field, '', text)];
}

function mountErrors(field: string, mounts: readonly VolumeMount[], volumes: Volumes): FieldError[] {
  return mounts.flatMap(({ name, mountPath }, i) => [
    ...(name ? [] : [required(`${field}[${i}].name`)]),
    ...(volumes.has(name) ? [] : [notFound(`${field}[${i}].name`, name)]),
    ...(mountPath ? [] : [required(`${field}[${i}].mountPath`)]),
    ...(mounts.slice(0, i).some((other) => other.mountPath === mountPath)
      ? [invalid(`${field}[${i}].mountPath`, mountPath, 'must be unique')]
      : []),
  ]);
}

function notFound(field: string, value: string): FieldError {
  return { reason: 'FieldValueNotFound', field, value, detail: '' };
}

function probesErrors(field: string, container: Container): FieldError[] {
  return [
    ...probeErrors(`${field}.livenessProbe`, container.livenessProbe, 'liveness'),
    ...probeErrors(`${field}.readinessProbe`, container.readinessProbe, 'readiness'),
    ...probeErrors(`${field}.startupProbe`, container.startupProbe, 'startup'),
  ];
}

function noProbes(field: string, container: Container): FieldError[] {
  const text = 'may not be set for init containers without restartPolicy=Always';
  return (['lifecycle', 'livenessProbe', 'readinessProbe', 'startupProbe'] as const)
    .filter((name) => container[name] !== undefined)
    .map((name) => forbidden(`${field}.${name}`, text));
}
