/**
 * Request bodies: bounded reading, then text to data by Content-Type.
 *
 * Source: apiserver `pkg/endpoints/handlers/rest.go` (`limitedReadBody`), `DefaultMaxRequestSizeBytes`.
 */
import type { IncomingMessage } from 'node:http';
import { tooDeepJson } from '../api/nesting.js';
import { StatusError } from '../api/status.js';
import { readYaml } from '../api/yaml-source.js';
import { decodeProtobuf, protobufContentType } from '../schema/protobuf.js';
import type { Untyped } from './contract.js';
import { parseMediaType } from './negotiate.js';

/** 3 MiB: upstream's limit, as etcd takes no more. */
const bodyLimit = 3 * 1024 * 1024;

/** What is still read and dropped of a body that is too large: a client that is cut off while it sends sees no answer. */
const patience = 32 * 1024 * 1024;

async function readParts(request: IncomingMessage): Promise<{ parts: Buffer[]; length: number }> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    length += part.length;
    if (length <= bodyLimit) parts.push(part);
    else if (length > patience) break;
  }
  return { parts, length };
}

/** Reads the whole body. @throws StatusError RequestEntityTooLarge beyond the limit, BadRequest when it breaks off. */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const { parts, length } = await readParts(request).catch(() => {
    throw new StatusError('BadRequest', 'the request body did not arrive whole');
  });
  if (length > bodyLimit) throw tooLarge();
  return Buffer.concat(parts, length);
}

function tooLarge(): StatusError {
  return new StatusError('RequestEntityTooLarge', `Request entity too large: limit is ${bodyLimit}`);
}

/** A parsed body, and its text when that was JSON. */
export interface Parsed {
  value: unknown;
  json?: string;
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** @throws StatusError BadRequest for bytes that are no UTF-8. */
export function decodeText(body: Uint8Array): string {
  try {
    return utf8.decode(body);
  } catch {
    throw new StatusError('BadRequest', 'the request body is not valid UTF-8');
  }
}

/** @throws StatusError BadRequest naming what JSON.parse tripped over, or that the text nests too deep. */
export function parseJson(text: string): unknown {
  if (tooDeepJson(text)) throw jsonError('exceeded max depth');
  try {
    return JSON.parse(text);
  } catch (fault) {
    throw jsonError(fault instanceof Error ? fault.message : String(fault));
  }
}

function jsonError(why: string): StatusError {
  return new StatusError('BadRequest', `couldn't get version/kind; json parse error: ${why}`);
}

/** The first document of a YAML body. @throws StatusError BadRequest with the parser's first complaint. */
export function parseYaml(text: string): unknown {
  const [document] = readYaml(text);
  if (document?.error !== undefined) throw new StatusError('BadRequest', document.error.message);
  return document?.value;
}

const accepted = 'application/json, application/yaml, application/vnd.kubernetes.protobuf';

/** An object body by its Content-Type; none at all means JSON (`kubectl scale --current-replicas` sends none). */
export function parseObject(body: Buffer, contentType: string | undefined): Parsed {
  const { type } = parseMediaType(contentType || 'application/json');
  if (type === protobufContentType) return { value: decodeProtobuf(body) };
  if (type === 'application/yaml') return { value: parseYaml(decodeText(body)) };
  if (type === 'application/json') {
    const json = decodeText(body);
    return { value: parseJson(json), json };
  }
  const message = `the body of the request was in an unknown format - accepted media types include: ${accepted}`;
  throw new StatusError('UnsupportedMediaType', message);
}

/** @throws StatusError BadRequest unless the value is an object. */
export function requireObject(value: unknown): Untyped {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Untyped;
  throw new StatusError('BadRequest', "couldn't get version/kind; json parse error: the body is not an object");
}
