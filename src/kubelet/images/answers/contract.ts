/**
 * How a built-in server answers, as a function of plain data: no sockets, no clock.
 */
import type { PodPlace } from '../contract.js';

export interface HttpRequest {
  method: string;
  /** Path with query, as on the request line. */
  target: string;
  /** Names in lower case, each with its values joined. */
  headers: Readonly<Record<string, string>>;
  /** The client as `address:port`, IPv6 addresses in brackets. */
  remoteAddress: string;
  body: string;
}

export interface HttpResponse {
  status: number;
  headers: Readonly<Record<string, string>>;
  body: string | Uint8Array;
  /** The process ends with this code after the answer (`/shutdown`, `/exit`). */
  exitCode?: number;
}

/** What an answer may tell besides the request. */
export interface AnswerContext {
  place: PodPlace;
  parameters: Readonly<Record<string, string>>;
  port: number;
  /** Addresses of the pod's interfaces, in the kernel's order. */
  addresses(): string[];
  /** RFC 3339. */
  timestamp(): string;
  /** A file of the document root by the path of a request; a directory's is its index.html. */
  document(path: string): { name: string; content: Uint8Array } | 'missing' | 'no root';
}

export interface Answerer {
  http(request: HttpRequest, context: AnswerContext): HttpResponse;
  /** The datagram sent back; servers without it stay silent. */
  udp?(text: string, remoteAddress: string, context: AnswerContext): string;
  /** Lines that the program prints when it starts. */
  banner?(context: AnswerContext): string[];
  /** The access log line, when the program writes one. */
  logLine?(request: HttpRequest, response: HttpResponse, context: AnswerContext): string | undefined;
}

/** A plain text answer with Go's usual content type. */
export function text(body: string, status = 200): HttpResponse {
  return { status, headers: { 'Content-Type': 'text/plain; charset=utf-8' }, body };
}

/** An HTML page. */
export function html(body: string, status = 200): HttpResponse {
  return { status, headers: { 'Content-Type': 'text/html' }, body };
}

/** The path of a request, without the query. */
export function pathOf(request: HttpRequest): string {
  return request.target.split('?')[0] ?? request.target;
}

/** A query parameter, '' when absent. */
export function queryOf(request: HttpRequest, name: string): string {
  const question = request.target.indexOf('?');
  return question < 0 ? '' : (new URLSearchParams(request.target.slice(question + 1)).get(name) ?? '');
}
