/**
 * Orders about pods: eviction, binding; and the one subresource of ServiceAccounts, which the lab refuses.
 *
 * Source: `pkg/registry/core/pod/storage/eviction.go`, `storage.go` (`BindingREST`).
 */
import type { KubeObject } from '../api/object.js';
import { StatusError } from '../api/status.js';
import { parseObject, requireObject } from './body.js';
import type { Api, Untyped } from './contract.js';
import { deleteOptions, writeQuery } from './options.js';
import { objectReply, type Reply } from './reply.js';
import { keyOfPath, type ResourceRequest, requireObjectAt } from './request.js';

const done = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 };

async function posted(request: ResourceRequest): Promise<Untyped> {
  return requireObject(parseObject(await request.body(), request.headers['content-type']).value);
}

/** Differs: no PodDisruptionBudget is ever asked, so an eviction is a plain delete. */
export async function evictPod(api: Api, request: ResourceRequest): Promise<Reply> {
  const eviction = await posted(request);
  requireObjectAt(api, request);
  api.registry.delete(keyOfPath(request), deleteOptions((eviction.deleteOptions ?? {}) as Untyped, request.query));
  return objectReply(done, 201);
}

function boundTo(pod: KubeObject, nodeName: string): KubeObject {
  const spec = (pod.spec ?? {}) as { nodeName?: string };
  if (spec.nodeName) {
    const { name } = pod.metadata;
    const why = `pod ${name} is already assigned to node "${spec.nodeName}"`;
    const message = `Operation cannot be fulfilled on pods/binding "${name}": ${why}`;
    throw new StatusError('Conflict', message, { name, kind: 'pods/binding' });
  }
  return { ...pod, spec: { ...spec, nodeName } };
}

/** What a scheduler posts: the pod goes to `target.name`. */
export async function bindPod(api: Api, request: ResourceRequest): Promise<Reply> {
  const { target } = (await posted(request)) as { target?: { kind?: string; name?: string } };
  if (!target?.name || (target.kind ?? 'Node') !== 'Node') {
    throw new StatusError('BadRequest', 'target: a binding names the node: {"target": {"kind": "Node", "name": "…"}}');
  }
  const { dryRun, fieldManager } = writeQuery(request.query, request.headers['user-agent'], 'CreateOptions');
  api.registry.update(boundTo(requireObjectAt(api, request), target.name), { dryRun, fieldManager });
  return objectReply(done, 201);
}

/** Differs: nothing in the lab checks service account tokens, so none are made. */
export function refuseToken(): Reply {
  const message = 'this lab issues no service account tokens; use the token of its kubeconfig (`lab kubeconfig`)';
  throw new StatusError('BadRequest', message);
}
