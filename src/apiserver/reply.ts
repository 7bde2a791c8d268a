/**
 * Answers as data, and the one place that writes them: JSON or YAML text, raw bytes, or a stream that its handler fills.
 */
import type { ServerResponse } from 'node:http';
import { stringify } from 'yaml';
import { StatusError } from '../api/status.js';
import type { Encoding } from './negotiate.js';

/** A complete answer. */
export interface Reply {
  code: number;
  contentType: string;
  body: string | Uint8Array;
  headers?: Readonly<Record<string, string>>;
  /** Sent as `Warning: 299 - "…"`; kubectl prints them. */
  warnings?: readonly string[];
}

/** An answer that goes on: `run` writes until it is done or `signal` says that the client has gone. */
export interface StreamReply {
  contentType: string;
  run(response: ServerResponse, signal: AbortSignal): Promise<void>;
}

export function isStream(reply: Reply | StreamReply): reply is StreamReply {
  return 'run' in reply;
}

/** An object as JSON (or YAML when the client accepts nothing else). */
export function objectReply(value: unknown, code = 200, encoding: Encoding = 'json'): Reply {
  if (encoding === 'yaml') return { code, contentType: 'application/yaml', body: stringify(value) };
  return { code, contentType: 'application/json', body: JSON.stringify(value) };
}

export function textReply(body: string, code = 200): Reply {
  return { code, contentType: 'text/plain; charset=utf-8', body };
}

/** What an unexpected fault looks like to a client: no inner detail but its message. */
export function asStatusError(fault: unknown): StatusError {
  if (fault instanceof StatusError) return fault;
  const message = fault instanceof Error ? fault.message : String(fault);
  return new StatusError('InternalError', `Internal error occurred: ${message}`);
}

/** A refusal as its Status. */
export function statusReply(error: StatusError): Reply {
  const reply = objectReply(error.toStatus(), error.code);
  const seconds = error.details.retryAfterSeconds;
  return seconds === undefined ? reply : { ...reply, headers: { 'Retry-After': `${seconds}` } };
}

/** A header value holds one line of visible characters; everything else would break the message apart. */
function warningHeader(text: string): string {
  const quoted = text.replace(/[\\"]/g, '\\$&').replace(/[^\x20-\x7e]+/g, ' ');
  return `299 - "${quoted}"`;
}

/** Upstream bounds each warning at 256 and all of them at 4 KiB (apiserver `pkg/endpoints/filters/warning.go`). */
const warningLength = 256;
const warningsLength = 4096;

/** Warning headers of bounded number and size. */
export function warningHeaders(warnings: readonly string[]): string[] {
  const headers: string[] = [];
  let length = 0;
  for (const text of warnings) {
    const header = warningHeader(text.slice(0, warningLength));
    length += header.length;
    if (length > warningsLength) break;
    headers.push(header);
  }
  return headers;
}

/** Headers of every answer: nothing may be cached unless a reply says so. */
const always = { 'Cache-Control': 'no-cache, private' };

/** Writes a complete answer; without effect when the client has gone. */
export function writeReply(response: ServerResponse, reply: Reply): void {
  if (response.headersSent || response.destroyed) return;
  const length = Buffer.byteLength(reply.body);
  response.writeHead(reply.code, {
    ...always,
    'Content-Type': reply.contentType,
    'Content-Length': length,
    ...reply.headers,
    ...(reply.warnings?.length ? { Warning: warningHeaders(reply.warnings) } : {}),
  });
  response.end(reply.body);
}

/** Starts a stream: headers leave at once, or the client would seem to hang. */
export function startStream(response: ServerResponse, contentType: string): void {
  response.writeHead(200, { ...always, 'Content-Type': contentType });
  response.flushHeaders();
}
