/**
 * What a pod's volumes hold, as data: empty directories, files made from objects, and directories of the machine.
 * Source: kubelet `pkg/volume/{emptydir,configmap,secret,downwardapi,projected,hostpath}`.
 */
import type { KeyToPath, Volume, VolumeProjection } from 'kubernetes-types/core/v1.js';
import { ConfigError, type EnvironmentSources } from './environment.js';
import { fieldValue } from './fields.js';

export type VolumePlan =
  | { kind: 'empty' }
  /** Relative path to content. */
  | { kind: 'files'; files: Record<string, Buffer | string> }
  | { kind: 'host'; path: string };

type Sources = EnvironmentSources & { serviceAccountFiles: Readonly<Record<string, string>> };

/**
 * Differs: a volume of any other type (persistentVolumeClaim, csi, nfs, …) is an empty directory of the pod's own.
 * @throws ConfigError when an object or key that the volume needs is missing
 */
export function planVolume(volume: Volume, sources: Sources): VolumePlan {
  if (volume.hostPath) return { kind: 'host', path: volume.hostPath.path };
  if (volume.projected)
    return {
      kind: 'files',
      files: Object.assign({}, ...(volume.projected.sources ?? []).map((one) => projection(one, sources))),
    };
  if (volume.configMap) return { kind: 'files', files: projection({ configMap: volume.configMap }, sources) };
  if (volume.secret) {
    const { secretName = '', items, optional } = volume.secret;
    return { kind: 'files', files: projection({ secret: { name: secretName, items, optional } }, sources) };
  }
  if (volume.downwardAPI) return { kind: 'files', files: projection({ downwardAPI: volume.downwardAPI }, sources) };
  return { kind: 'empty' };
}

function projection(
  { configMap, secret, downwardAPI, serviceAccountToken }: VolumeProjection,
  sources: Sources,
): Record<string, Buffer | string> {
  if (configMap) {
    const object = sources.configMap(configMap.name ?? '');
    if (!object && !configMap.optional) throw new ConfigError(`configmap "${configMap.name ?? ''}" not found`);
    return chosen({ ...object?.data, ...decoded(object?.binaryData) }, configMap.items, configMap.optional);
  }
  if (secret) {
    const object = sources.secret(secret.name ?? '');
    if (!object && !secret.optional) throw new ConfigError(`secret "${secret.name ?? ''}" not found`);
    return chosen(decoded(object?.data), secret.items, secret.optional);
  }
  if (downwardAPI) {
    const files = (downwardAPI.items ?? []).map(({ path, fieldRef }) => [
      path,
      fieldValue(fieldRef?.fieldPath ?? '', sources.pod) ?? '',
    ]);
    return Object.fromEntries(files) as Record<string, string>;
  }
  return serviceAccountToken ? { [serviceAccountToken.path]: sources.serviceAccountFiles['token'] ?? '' } : {};
}

function decoded(data: Readonly<Record<string, string>> | undefined): Record<string, Buffer> {
  return Object.fromEntries(Object.entries(data ?? {}).map(([key, value]) => [key, Buffer.from(value, 'base64')]));
}

/** All keys under their own names, or the `items` under theirs. */
function chosen(
  data: Record<string, Buffer | string>,
  items: readonly KeyToPath[] | undefined,
  optional = false,
): Record<string, Buffer | string> {
  if (!items) return data;
  const files: Record<string, Buffer | string> = {};
  for (const { key, path } of items) {
    const content = data[key];
    if (content !== undefined) files[path] = content;
    else if (!optional) throw new ConfigError(`references non-existent config key: ${key}`);
  }
  return files;
}
