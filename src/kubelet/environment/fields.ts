/**
 * The pod's own fields as environment and files see them (downward API).
 * Source: kubernetes `pkg/fieldpath/fieldpath.go`, kubelet podFieldSelectorRuntimeValue, `pkg/api/v1/resource/helpers.go`.
 */
import type { Container, PodSpec } from 'kubernetes-types/core/v1.js';
import type { ObjectMeta } from '../../api/object.js';
import { parseQuantity } from '../../api/quantity.js';

/** What fields may refer to. */
export interface FieldSource {
  metadata: ObjectMeta;
  spec?: PodSpec;
  podIPs: readonly string[];
  hostIP: string;
}

/** The value of a `fieldPath`, or undefined when there is no such field. */
export function fieldValue(path: string, { metadata, spec, podIPs, hostIP }: FieldSource): string | undefined {
  const subscript = /^metadata\.(labels|annotations)\['(.*)'\]$/.exec(path);
  if (subscript) return metadata[subscript[1] as 'labels' | 'annotations']?.[subscript[2] ?? ''] ?? '';
  switch (path) {
    case 'metadata.name':
      return metadata.name;
    case 'metadata.namespace':
      return metadata.namespace ?? '';
    case 'metadata.uid':
      return metadata.uid ?? '';
    case 'metadata.labels':
      return formatMap(metadata.labels);
    case 'metadata.annotations':
      return formatMap(metadata.annotations);
    case 'spec.nodeName':
      return spec?.nodeName ?? '';
    case 'spec.serviceAccountName':
      return spec?.serviceAccountName ?? 'default';
    case 'status.hostIP':
    case 'status.hostIPs':
      return hostIP;
    case 'status.podIP':
      return podIPs[0] ?? '';
    case 'status.podIPs':
      return podIPs.join(',');
    default:
      return undefined;
  }
}

/** `key="value"` lines, sorted, values in Go's quotes. */
function formatMap(map: Readonly<Record<string, string>> | undefined): string {
  return Object.entries(map ?? {})
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
    .join('\n');
}

/** What a node offers when a container has no limit of its own. Differs: every node of the lab says 2 CPUs and 2 GiB. */
const allocatable: Readonly<Record<string, string>> = { cpu: '2', memory: '2Gi', 'ephemeral-storage': '20Gi' };

/** `limits.cpu` and the like, divided by `divisor` and rounded up; undefined when there is no such resource. */
export function resourceValue(
  resource: string,
  divisor: string,
  { resources }: Pick<Container, 'resources'>,
): string | undefined {
  const [kind, name = ''] = resource.split('.');
  if (kind !== 'limits' && kind !== 'requests') return undefined;
  const asked = resources?.[kind]?.[name] ?? (kind === 'limits' ? allocatable[name] : '0');
  const amount = parseQuantity(String(asked ?? ''));
  const unit = parseQuantity(divisor === '' || divisor === '0' ? '1' : divisor);
  if (amount === undefined || unit === undefined) return undefined;
  // Floating point is exact to 15 digits: without that, 1001m by 1m would round up to 1002.
  return String(Math.ceil(Number((amount / unit).toPrecision(15))));
}
