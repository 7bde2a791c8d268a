/**
 * A container's environment, as the kubelet makes it at each start.
 * Source: kubelet `kubelet_pods.go` makeEnvironmentVariables. Differs: an image's own variables are not known.
 */
import type { ConfigMap, Container, EnvFromSource, EnvVar, EnvVarSource, Secret } from 'kubernetes-types/core/v1.js';
import { expand } from './expand.js';
import { type FieldSource, fieldValue, resourceValue } from './fields.js';

/** Why a container cannot be configured: the text of `CreateContainerConfigError`. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** Where values come from. */
export interface EnvironmentSources {
  pod: FieldSource;
  /** The variables of the Services that are there; asked for only when they are needed. */
  serviceVariables(): Readonly<Record<string, string>>;
  configMap(name: string): Pick<ConfigMap, 'data' | 'binaryData'> | undefined;
  secret(name: string): Pick<Secret, 'data' | 'stringData'> | undefined;
}

/** What the container runtime sets when neither the image nor the manifest does. */
const defaultPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** A container's variables: cheap to make, spelled out in full only for a process that gets them. */
export interface ContainerEnvironment {
  /** What `envFrom` and `env` of the manifest say. */
  own: Readonly<Record<string, string>>;
  /** Everything, as the process sees it. */
  all(): Record<string, string>;
  /** One variable of all. */
  get(name: string): string | undefined;
}

/** @throws ConfigError when a ConfigMap, Secret or key is missing and not optional */
export function environmentOf(
  container: Container,
  hostname: string,
  sources: EnvironmentSources,
): ContainerEnvironment {
  const base = { PATH: defaultPath, HOSTNAME: hostname, ...(container.tty ? { TERM: 'xterm' } : {}), HOME: '/root' };
  const own: Record<string, string> = Object.assign(
    {},
    ...(container.envFrom ?? []).map((source) => fromSource(source, sources)),
  );
  // As upstream, references know the manifest's variables and the Services', not those of the runtime.
  const get = (name: string): string | undefined => own[name] ?? sources.serviceVariables()[name];
  for (const variable of container.env ?? []) {
    const value = valueOf(variable, container, get, sources);
    if (value !== undefined) own[variable.name] = value;
  }
  return { own, get, all: () => ({ ...base, ...sources.serviceVariables(), ...own }) };
}

/** The container with references in `command` and `args` replaced. */
export function expandCommand(container: Container, env: Pick<ContainerEnvironment, 'get'>): Container {
  const each = (words: readonly string[] | undefined): string[] | undefined =>
    words?.map((word) => expand(word, env.get));
  return { ...container, command: each(container.command), args: each(container.args) };
}

function fromSource(
  { prefix = '', configMapRef, secretRef }: EnvFromSource,
  sources: EnvironmentSources,
): Record<string, string> {
  const data = configMapRef
    ? found(sources.configMap(configMapRef.name ?? ''), 'configmap', configMapRef.name, configMapRef.optional)?.data
    : secretText(found(sources.secret(secretRef?.name ?? ''), 'secret', secretRef?.name, secretRef?.optional));
  return Object.fromEntries(Object.entries(data ?? {}).map(([key, value]) => [`${prefix}${key}`, value]));
}

function valueOf(
  { value = '', valueFrom }: EnvVar,
  container: Container,
  get: (name: string) => string | undefined,
  sources: EnvironmentSources,
): string | undefined {
  return valueFrom ? referred(valueFrom, container, sources) : expand(value, get);
}

function referred(from: EnvVarSource, container: Container, sources: EnvironmentSources): string | undefined {
  if (from.fieldRef) {
    const value = fieldValue(from.fieldRef.fieldPath, sources.pod);
    if (value === undefined) throw new ConfigError(`unsupported fieldPath: ${from.fieldRef.fieldPath}`);
    return value;
  }
  if (from.resourceFieldRef) {
    const { resource, divisor = '1' } = from.resourceFieldRef;
    const value = resourceValue(resource, String(divisor), container);
    if (value === undefined) throw new ConfigError(`unsupported container resource : ${resource}`);
    return value;
  }
  if (from.configMapKeyRef) {
    const { name, key, optional } = from.configMapKeyRef;
    return keyOf(
      found(sources.configMap(name ?? ''), 'configmap', name, optional)?.data,
      key,
      'ConfigMap',
      name,
      optional,
      sources,
    );
  }
  const { name, key = '', optional } = from.secretKeyRef ?? { key: '' };
  return keyOf(
    secretText(found(sources.secret(name ?? ''), 'secret', name, optional)),
    key,
    'Secret',
    name,
    optional,
    sources,
  );
}

function found<T>(
  object: T | undefined,
  kind: 'configmap' | 'secret',
  name: string | undefined,
  optional: boolean | undefined,
): T | undefined {
  if (!object && !optional) throw new ConfigError(`${kind} "${name ?? ''}" not found`);
  return object;
}

function keyOf(
  data: Readonly<Record<string, string>> | undefined,
  key: string,
  kind: 'ConfigMap' | 'Secret',
  name: string | undefined,
  optional: boolean | undefined,
  { pod }: EnvironmentSources,
): string | undefined {
  const value = data?.[key];
  if (value === undefined && !optional)
    throw new ConfigError(`couldn't find key ${key} in ${kind} ${pod.metadata.namespace ?? ''}/${name ?? ''}`);
  return value;
}

/** A Secret's values, decoded. */
function secretText(secret: Pick<Secret, 'data' | 'stringData'> | undefined): Record<string, string> {
  const decoded = Object.entries(secret?.data ?? {}).map(([key, value]) => [
    key,
    Buffer.from(value, 'base64').toString(),
  ]);
  return { ...(Object.fromEntries(decoded) as Record<string, string>), ...secret?.stringData };
}
