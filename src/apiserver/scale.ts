/**
 * The scale subresource: a workload's replicas as an autoscaling/v1 Scale.
 *
 * Source: `pkg/registry/apps/deployment/storage/storage.go`, `ScaleREST`.
 */
import type { KubeObject } from '../api/object.js';
import { StatusError } from '../api/status.js';
import { formatSelector, none } from '../printers/format.js';
import { parseObject, requireObject } from './body.js';
import type { Api, Untyped } from './contract.js';
import { negotiate } from './negotiate.js';
import { type WriteQuery, writeQuery } from './options.js';
import { parsePatch, patched, patchTypeOf } from './patch.js';
import { objectReply, type Reply } from './reply.js';
import { type ResourceRequest, requireObjectAt } from './request.js';
import { managed } from './write.js';

interface Scalable {
  spec?: { replicas?: number; selector?: Untyped };
  status?: { replicas?: number };
}

/** `status.selector` as one string; a ReplicationController's is a plain map. */
function selectorText(selector: Untyped | undefined): string {
  const typed = selector !== undefined && ('matchLabels' in selector || 'matchExpressions' in selector);
  const text = formatSelector(typed ? selector : { matchLabels: selector as Record<string, string> | undefined });
  return text === none ? '' : text;
}

function scaleOf(object: KubeObject): KubeObject {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const { spec = {}, status = {} } = object as Scalable;
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    spec: { replicas: spec.replicas ?? 0 },
    status: { replicas: status.replicas ?? 0, selector: selectorText(spec.selector) },
  };
}

function invalidReplicas(name: string, value: unknown): StatusError {
  const field = 'spec.replicas';
  const message = `Invalid value: ${JSON.stringify(value)}: must be greater than or equal to 0`;
  const details = {
    name,
    group: 'autoscaling',
    kind: 'Scale',
    causes: [{ reason: 'FieldValueInvalid' as const, message, field }],
  };
  return new StatusError('Invalid', `Scale.autoscaling "${name}" is invalid: ${field}: ${message}`, details);
}

/** Upstream's int32. */
const maxReplicas = 2 ** 31 - 1;

function replicasOf(scale: Untyped, name: string): number {
  const { replicas = 0 } = (scale.spec ?? {}) as Untyped;
  const whole = typeof replicas === 'number' && Number.isSafeInteger(replicas);
  if (whole && replicas >= 0 && replicas <= maxReplicas) return replicas;
  throw invalidReplicas(name, replicas);
}

/** Writes the replicas; a stale resourceVersion in the Scale is the parent's Conflict. */
function writeScale(api: Api, request: ResourceRequest, live: KubeObject, scale: Untyped, options: WriteQuery): Reply {
  const replicas = replicasOf(scale, request.path.name);
  const { resourceVersion } = (scale.metadata ?? {}) as { resourceVersion?: string };
  const metadata = { ...live.metadata, resourceVersion: resourceVersion || undefined };
  const wanted = { ...live, metadata, spec: { ...(live.spec as Untyped), replicas } };
  const { dryRun, fieldManager } = options;
  const updated = api.registry.update(managed(api, request, wanted, options, live), { dryRun, fieldManager });
  return objectReply(scaleOf(updated), 200, negotiate(request.headers.accept).encoding);
}

export function getScale(api: Api, request: ResourceRequest): Reply {
  const { encoding } = negotiate(request.headers.accept);
  return objectReply(scaleOf(requireObjectAt(api, request)), 200, encoding);
}

export async function updateScale(api: Api, request: ResourceRequest): Promise<Reply> {
  const options = writeQuery(request.query, request.headers['user-agent'], 'UpdateOptions');
  const { value } = parseObject(await request.body(), request.headers['content-type']);
  return writeScale(api, request, requireObjectAt(api, request), requireObject(value), options);
}

export async function patchScale(api: Api, request: ResourceRequest): Promise<Reply> {
  const options = writeQuery(request.query, request.headers['user-agent'], 'PatchOptions');
  const type = patchTypeOf(request.headers['content-type']);
  if (type === 'application/apply-patch+yaml') {
    throw new StatusError(
      'UnsupportedMediaType',
      'apply patches are not served on scale; apply spec.replicas to the workload itself',
    );
  }
  const { value: patch } = parsePatch(type, await request.body());
  const live = requireObjectAt(api, request);
  return writeScale(api, request, live, patched(type, scaleOf(live), patch) as unknown as Untyped, options);
}
