/**
 * Objects in the form that the client asked for: themselves, a Table, or their metadata alone.
 */
import type { KubeObject } from '../api/object.js';
import { StatusError } from '../api/status.js';
import { type IncludeObject, partialObject, type Table, type TableRequest, toTable } from '../printers/table.js';
import type { Api } from './contract.js';
import { inVersion } from './convert.js';
import type { Page } from './list-pages.js';
import { type Answer, negotiate } from './negotiate.js';
import { objectReply, type Reply } from './reply.js';
import type { ResourceRequest } from './request.js';

const includes: readonly IncludeObject[] = ['None', 'Metadata', 'Object'];

function includeOf(query: URLSearchParams): IncludeObject {
  const value = query.get('includeObject') || 'Metadata';
  const found = includes.find((one) => one === value);
  if (found !== undefined) return found;
  const message = `unrecognized includeObject value: "${value}"; use None, Metadata or Object`;
  throw new StatusError('BadRequest', message);
}

function tableRequest(api: Api, request: ResourceRequest, answer: Answer): TableRequest {
  return {
    group: request.kind.group,
    kind: request.kind.kind,
    includeObject: includeOf(request.query),
    apiVersion: answer.metaVersion,
    context: { now: api.clock.now(), minor: api.version.minor },
  };
}

/** What turns one object into the client's form; used for single answers and for every watch event. */
export function shaper(api: Api, request: ResourceRequest): (object: KubeObject) => unknown {
  const answer = negotiate(request.headers.accept);
  if (answer.shape === 'Object') return (object) => inVersion(object, request.apiVersion);
  if (answer.shape === 'PartialObjectMetadata') return (object) => partialObject(object, answer.metaVersion);
  includeOf(request.query);
  return (object) => {
    const shown = inVersion(object, request.apiVersion);
    const metadata: Table['metadata'] = { resourceVersion: object.metadata.resourceVersion };
    return toTable([shown], metadata, tableRequest(api, request, answer));
  };
}

/** One object. */
export function answerObject(api: Api, request: ResourceRequest, object: KubeObject, code = 200): Reply {
  const { encoding } = negotiate(request.headers.accept);
  return objectReply(shaper(api, request)(object), code, encoding);
}

/** A collection. */
export function answerList(api: Api, request: ResourceRequest, { items, ...metadata }: Page): Reply {
  const answer = negotiate(request.headers.accept);
  if (answer.shape === 'Table') {
    const shown = items.map((object) => inVersion(object, request.apiVersion));
    return objectReply(toTable(shown, metadata, tableRequest(api, request, answer)), 200, answer.encoding);
  }
  if (answer.shape === 'PartialObjectMetadata') {
    const partial = items.map((object) => partialObject(object, answer.metaVersion));
    const list = { kind: 'PartialObjectMetadataList', apiVersion: answer.metaVersion, metadata, items: partial };
    return objectReply(list, 200, answer.encoding);
  }
  const shown = items.map((object) => inVersion(object, request.apiVersion));
  const list = { kind: `${request.kind.kind}List`, apiVersion: request.apiVersion, metadata, items: shown };
  return objectReply(list, 200, answer.encoding);
}
