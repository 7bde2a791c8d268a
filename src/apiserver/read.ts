/**
 * get and list.
 */
import type { KubeObject } from '../api/object.js';
import { parseLabelSelector } from '../api/selector.js';
import { StatusError } from '../api/status.js';
import type { ListOptions } from '../registry/contract.js';
import { answerList, answerObject } from './answer.js';
import type { Api } from './contract.js';
import { fieldPredicate } from './field-selector.js';
import { limitOf } from './list-pages.js';
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

/** GET of a collection, whole or a page of it. */
export function listObjects(api: Api, request: ResourceRequest): Reply {
  const { query, kind, path } = request;
  const token = query.get('continue') ?? '';
  const version = query.get('resourceVersion') ?? '';
  if (token !== '' && version !== '' && version !== '0') {
    throw new StatusError('BadRequest', 'specifying resource version is not allowed when using continue');
  }
  const selectors = [query.get('labelSelector') ?? '', query.get('fieldSelector') ?? ''];
  const page = api.pages.page(() => api.registry.listWithVersion(kind, listOptions(request)), {
    limit: limitOf(query),
    token,
    scope: [kind.group, kind.kind, path.namespace, ...selectors].join(' '),
    selected: selectors.some((text) => text !== ''),
  });
  return answerList(api, request, page);
}
