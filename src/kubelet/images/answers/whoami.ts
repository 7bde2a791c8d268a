/**
 * traefik/whoami: who answered, from which addresses, and the request as Go writes it back.
 * Source: traefik/whoami `app.go` (whoamiHandler, apiHandler, healthHandler), Go `net/http` Request.Write.
 */
import { type AnswerContext, type Answerer, type HttpRequest, type HttpResponse, pathOf, text } from './contract.js';

/** Go `reqWriteExcludeHeader`: these are written apart from the sorted rest. */
const writtenApart = new Set(['host', 'user-agent', 'content-length', 'transfer-encoding', 'trailer']);

export const whoami: Answerer = {
  http(request, context) {
    const path = pathOf(request);
    if (path === '/health') return { status: 200, headers: {}, body: '' };
    return path === '/api' ? api(request, context) : text(page(request, context));
  },
  banner: ({ port }) => [`Starting up on port ${port}`],
};

function page(request: HttpRequest, context: AnswerContext): string {
  const { name = '' } = context.parameters;
  const lines = [
    ...(name === '' ? [] : [`Name: ${name}`]),
    `Hostname: ${context.place.hostname}`,
    ...context.addresses().map((address) => `IP: ${address}`),
    `RemoteAddr: ${request.remoteAddress}`,
  ];
  return `${lines.join('\n')}\n${writtenByGo(request)}`;
}

/** Request.Write: request line, Host, User-Agent, body headers, then all others sorted, CRLF at each end. */
function writtenByGo(request: HttpRequest): string {
  const { headers } = request;
  const others = Object.keys(headers)
    .filter((name) => !writtenApart.has(name))
    .map(canonical)
    .sort();
  const length = headers['content-length'];
  const lines = [
    `${request.method} ${request.target} HTTP/1.1`,
    `Host: ${headers['host'] ?? ''}`,
    `User-Agent: ${headers['user-agent'] ?? 'Go-http-client/1.1'}`,
    ...(length !== undefined && length !== '0' ? [`Content-Length: ${length}`] : []),
    ...(headers['transfer-encoding'] !== undefined ? [`Transfer-Encoding: ${headers['transfer-encoding']}`] : []),
    ...others.map((name) => `${name}: ${headers[name.toLowerCase()]}`),
  ];
  return `${lines.join('\r\n')}\r\n\r\n${request.body}`;
}

/** Go textproto.CanonicalMIMEHeaderKey: `x-forwarded-for` gives `X-Forwarded-For`. */
export function canonical(name: string): string {
  return name
    .split('-')
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join('-');
}

function api(request: HttpRequest, context: AnswerContext): HttpResponse {
  const { name = '' } = context.parameters;
  const headers = Object.fromEntries(
    Object.keys(request.headers)
      .filter((key) => key !== 'host')
      .map(canonical)
      .sort()
      .map((key) => [key, [request.headers[key.toLowerCase()]]]),
  );
  const data = {
    hostname: context.place.hostname,
    ip: context.addresses(),
    headers,
    url: request.target,
    host: request.headers['host'] ?? '',
    method: request.method,
    ...(name === '' ? {} : { name }),
    remoteAddr: request.remoteAddress,
  };
  return { status: 200, headers: { 'Content-Type': 'application/json' }, body: `${JSON.stringify(data)}\n` };
}
