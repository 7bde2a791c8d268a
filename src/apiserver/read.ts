/**
 * get and list.
 */
import type { KubeObject } from '../api/object.js';
import { parseLabelSelector } from '../api/selector.js';
import type { ListOptions } from '../registry/contract.js';
import { answerList, answerObject } from './answer.js';
import type { Api } from './contract.js';
import { fieldPredicate } from './field-selector.js';
import { negotiate } from './negotiate.js';
import type { Reply } from './reply.js';
import { type ResourceRequest, requireObjectAt } from './request.js';

/** The predicate of the request's selectors, undefined when it has none. */
export function selection({ query, kind }: ResourceRequest): ((object: KubeObject) => boolean) | undefined {
  const labelText = query.get('labelSelector') ?? '';
  const fieldText = query.get('fieldSelector') ?? '';
  if (labelText === '' && fieldText === '') return undefined;
  const byLabels = parseLabelSelector(labelText);
  const byFields = fieldPredicate(fieldText, `${kind.group}/${kind.kind}`);
  return (object) => byLabels(object.metadata.labels) && byFields(object);
}

export function listOptions(request: ResourceRequest): ListOptions {
  const where = selection(request);
  const { namespace } = request.path;
  return { ...(namespace === '' ? {} : { namespace }), ...(where === undefined ? {} : { where }) };
}

export function getObject(api: Api, request: ResourceRequest): Reply {
  negotiate(request.headers.accept);
  return answerObject(api, request, requireObjectAt(api, request));
}

/** Differs: `limit` and `continue` are ignored; a list always comes whole, which clients allow for. */
export function listObjects(api: Api, request: ResourceRequest): Reply {
  return answerList(api, request, api.registry.listWithVersion(request.kind, listOptions(request)));
}
