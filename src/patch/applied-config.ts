/**
 * The configuration of a server-side apply: read strictly, and remembered in the annotation of client-side apply.
 *
 * Models structuredmerge.go (a typed patch object knows only declared fields) and lastappliedupdater.go.
 */
import type { KubeObject } from '../api/object.js';
import { StatusError } from '../api/status.js';
import { decodeStrict } from '../schema/decode.js';
import { isJsonObject } from './json.js';

export const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

/** Go writes the members of a map in the order of their names. */
function sortMembers(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortMembers);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((name) => [name, sortMembers(value[name])]),
  );
}

/** `kubectl apply --server-side` keeps the annotation of client-side apply true, when there is one. */
export function syncLastApplied(object: KubeObject, config: KubeObject, manager: string): KubeObject {
  const { annotations } = object.metadata;
  if (manager !== 'kubectl' || !annotations?.[lastApplied]) return object;
  const { [lastApplied]: _, ...others } = config.metadata.annotations ?? {};
  const metadata = { ...config.metadata, ...(config.metadata.annotations && { annotations: others }) };
  const text = `${JSON.stringify(sortMembers({ ...config, metadata }))}\n`;
  return { ...object, metadata: { ...object.metadata, annotations: { ...annotations, [lastApplied]: text } } };
}

/** A configuration that does not fit the schema. */
export function typedError({ apiVersion, kind, metadata }: KubeObject, cause: string): StatusError {
  const where = `${metadata.namespace ?? ''}/${metadata.name ?? ''}; ${apiVersion.includes('/') ? apiVersion : `/${apiVersion}`}, Kind=${kind}`;
  // Differs: a real server sends this with code 500 and no reason.
  return new StatusError('BadRequest', `failed to create typed patch object (${where}): ${cause}`);
}

/** The applied configuration as an object, checked against the schema: unknown fields are errors in every mode. */
export function readConfig(config: unknown, live: KubeObject): KubeObject {
  if (!isJsonObject(config) || !isJsonObject(config.metadata ?? {})) {
    throw new StatusError(
      'BadRequest',
      'error decoding YAML: the applied configuration must be an object with metadata',
    );
  }
  if (config.apiVersion !== live.apiVersion || config.kind !== live.kind) {
    const specified = `${String(config.apiVersion)}, Kind=${String(config.kind)}`;
    throw new StatusError(
      'BadRequest',
      `invalid object type: ${specified}, expected: ${live.apiVersion}, Kind=${live.kind}`,
    );
  }
  const object = { ...config, metadata: config.metadata ?? {} } as KubeObject;
  if (object.metadata.managedFields !== undefined)
    throw new StatusError('BadRequest', 'metadata.managedFields must be nil');
  const decoded = decodeStrict(object);
  const [unknown] = decoded.unknownFields;
  if (unknown) throw typedError(object, `.${unknown.field}: field not declared in schema`);
  const [misfit] = decoded.typeErrors;
  if (misfit) throw typedError(object, `.${misfit.field}: ${misfit.message}`);
  return decoded.object;
}
