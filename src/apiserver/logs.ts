/**
 * The log subresource of pods.
 *
 * Source: `pkg/registry/core/pod/strategy.go` (`LogLocation`), `core/v1 PodLogOptions`.
 */
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { KubeObject } from '../api/object.js';
import { StatusError } from '../api/status.js';
import type { Api, LogRequest, PodStreams } from './contract.js';
import type { StreamReply } from './reply.js';
import { type ResourceRequest, requireObjectAt } from './request.js';
import { wholeNumber } from './watch.js';

type ContainerList = readonly { name: string }[] | undefined;

function namesOf(pod: KubeObject, field: string): string[] {
  return (((pod.spec ?? {}) as Record<string, ContainerList>)[field] ?? []).map(({ name }) => name);
}

/**
 * The container that a request means: the named one, or the only one.
 * @throws StatusError BadRequest in the API server's words.
 */
export function chosenContainer(pod: KubeObject, wanted: string | null): string {
  const { name } = pod.metadata;
  const containers = namesOf(pod, 'containers');
  const init = namesOf(pod, 'initContainers');
  const all = [...containers, ...init, ...namesOf(pod, 'ephemeralContainers')];
  if (wanted) {
    if (all.includes(wanted)) return wanted;
    throw new StatusError('BadRequest', `container ${wanted} is not valid for pod ${name}`);
  }
  const [first] = containers;
  if (first !== undefined && containers.length === 1) return first;
  const initText = init.length > 0 ? ` or one of the init containers: [${init.join(' ')}]` : '';
  const message = `a container name must be specified for pod ${name}, choose one of: [${containers.join(' ')}]${initText}`;
  throw new StatusError('BadRequest', message);
}

/** @throws StatusError BadRequest where the lab runs no pods. */
export function requireStreams({ streams }: Api): PodStreams {
  if (streams !== undefined) return streams;
  throw new StatusError('BadRequest', 'this server runs no pods, so there is nothing to stream from');
}

function logRequest({ query }: ResourceRequest): LogRequest {
  const flag = (name: string) => query.get(name) === 'true';
  const sinceTime = query.get('sinceTime');
  return {
    follow: flag('follow'),
    previous: flag('previous'),
    timestamps: flag('timestamps'),
    tailLines: wholeNumber(query, 'tailLines'),
    sinceSeconds: wholeNumber(query, 'sinceSeconds'),
    limitBytes: wholeNumber(query, 'limitBytes'),
    ...(sinceTime === null ? {} : { sinceTime }),
  };
}

/** `first` again, then the rest: the first chunk was awaited so that a refusal could still become a Status. */
async function* resumed(first: IteratorResult<Buffer>, rest: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  for (let next = first; next.done !== true; next = await rest.next()) yield next.value;
}

export async function readLogs(api: Api, request: ResourceRequest): Promise<StreamReply> {
  const streams = requireStreams(api);
  const pod = requireObjectAt(api, request);
  const container = chosenContainer(pod, request.query.get('container'));
  const lines = streams.logs(pod, container, logRequest(request), request.signal)[Symbol.asyncIterator]();
  const first = await lines.next();
  return {
    contentType: 'text/plain; charset=utf-8',
    run: (response, signal) => pipeline(Readable.from(resumed(first, lines)), response, { signal }),
  };
}
