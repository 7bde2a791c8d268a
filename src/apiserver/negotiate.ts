/**
 * Content negotiation: which form of an answer a client's Accept header asks for.
 *
 * Source: apiserver `pkg/endpoints/handlers/negotiation`. Answers are JSON, or YAML when only that is asked for.
 * Differs: no protobuf is ever sent; clients that prefer it also accept JSON.
 */
import { StatusError } from '../api/status.js';

interface MediaType {
  type: string;
  parameters: ReadonlyMap<string, string>;
}

/** One entry of an Accept header, or a Content-Type. Names in lower case. */
export function parseMediaType(text: string): MediaType {
  const [type = '', ...rest] = text.split(';').map((part) => part.trim());
  const parameters = rest.map((part): [string, string] => {
    const equals = part.indexOf('=');
    return equals < 0
      ? [part.toLowerCase(), '']
      : [part.slice(0, equals).toLowerCase(), unquote(part.slice(equals + 1))];
  });
  return { type: type.toLowerCase(), parameters: new Map(parameters) };
}

function unquote(text: string): string {
  return text.startsWith('"') && text.endsWith('"') ? text.slice(1, -1) : text;
}

function quality({ parameters }: MediaType): number {
  const q = Number(parameters.get('q') ?? 1);
  return Number.isNaN(q) ? 0 : q;
}

/** Entries of an Accept header, best first; entries of equal quality keep their order. */
function acceptedTypes(accept: string | undefined): MediaType[] {
  const types = (accept ?? '*/*')
    .split(',')
    .map(parseMediaType)
    .filter((one) => one.type !== '');
  return types.filter((one) => quality(one) > 0).sort((a, b) => quality(b) - quality(a));
}

export type Shape = 'Object' | 'Table' | 'PartialObjectMetadata';
export type Encoding = 'json' | 'yaml';

/** The form of an answer: encoding, and what the object is turned into. */
export interface Answer {
  encoding: Encoding;
  shape: Shape;
  /** `meta.k8s.io/v1` or `meta.k8s.io/v1beta1` for Tables and partial objects. */
  metaVersion: string;
}

const encodings: Readonly<Record<string, Encoding>> = {
  'application/json': 'json',
  'application/*': 'json',
  '*/*': 'json',
  'application/yaml': 'yaml',
};

/** `as` values; the list forms say the same of a collection. */
const shapes: Readonly<Record<string, Shape>> = {
  Table: 'Table',
  PartialObjectMetadata: 'PartialObjectMetadata',
  PartialObjectMetadataList: 'PartialObjectMetadata',
};

function answerFor({ type, parameters }: MediaType): Answer | undefined {
  const encoding = Object.hasOwn(encodings, type) ? encodings[type] : undefined;
  if (encoding === undefined) return undefined;
  const as = parameters.get('as');
  if (as === undefined) return { encoding, shape: 'Object', metaVersion: 'meta.k8s.io/v1' };
  const version = parameters.get('v');
  const known = parameters.get('g') === 'meta.k8s.io' && (version === 'v1' || version === 'v1beta1');
  const shape = Object.hasOwn(shapes, as) ? shapes[as] : undefined;
  return known && shape ? { encoding, shape, metaVersion: `meta.k8s.io/${version}` } : undefined;
}

const served = 'application/json, application/yaml';

/** @throws StatusError NotAcceptable when nothing that the client accepts is served. */
export function negotiate(accept: string | undefined): Answer {
  for (const type of acceptedTypes(accept)) {
    const answer = answerFor(type);
    if (answer !== undefined) return answer;
  }
  throw new StatusError('NotAcceptable', `only the following media types are accepted: ${served}`);
}

/**
 * The `v=` of the aggregated discovery document to answer with, undefined for the legacy form. A client that knows only
 * v2beta1 must not be given v2: it would silently see no resources at all.
 */
export function negotiateDiscovery(accept: string | undefined): 'v2' | 'v2beta1' | undefined {
  for (const { type, parameters } of acceptedTypes(accept)) {
    if (!Object.hasOwn(encodings, type)) continue;
    if (!parameters.has('as')) return undefined;
    const version = parameters.get('v');
    const aggregated =
      parameters.get('g') === 'apidiscovery.k8s.io' && parameters.get('as') === 'APIGroupDiscoveryList';
    if (aggregated && (version === 'v2' || version === 'v2beta1')) return version;
  }
  return undefined;
}
