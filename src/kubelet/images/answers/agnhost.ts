/**
 * agnhost, the server of Kubernetes' own network tests: netexec and serve-hostname.
 * Source: kubernetes `test/images/agnhost/netexec/netexec.go`, `serve-hostname/serve_hostname.go`.
 */
import { type Answerer, type HttpRequest, type HttpResponse, pathOf, queryOf, text } from './contract.js';

const ending = (code: number): HttpResponse => ({ ...text(''), exitCode: code });

export const netexec: Answerer = {
  http(request, { place, timestamp }) {
    switch (pathOf(request).toLowerCase()) {
      case '/clientip':
        return text(request.remoteAddress);
      case '/echo':
        return echo(request);
      case '/exit':
        return ending(Number(queryOf(request, 'code')) || 0);
      case '/header':
        return text(request.headers[queryOf(request, 'key').toLowerCase()] ?? '');
      case '/healthz':
        return text('');
      case '/hostname':
        return text(place.hostname);
      case '/shutdown':
        return ending(0);
      case '/':
        return text(`NOW: ${timestamp()}`);
      default:
        return text('404 page not found\n', 404);
    }
  },
  udp(message, remoteAddress, { place }) {
    const [verb = '', ...rest] = message.trim().split(' ');
    if (verb.toLowerCase() === 'hostname') return place.hostname;
    if (verb.toLowerCase() === 'clientip') return remoteAddress;
    return verb.toLowerCase() === 'echo' ? rest.join(' ') : '';
  },
  banner: ({ port }) => [`Started HTTP server on port ${port}`],
  logLine: (request) => `${request.method} ${request.target}`,
};

export const serveHostname: Answerer = { http: (_request, { place }) => text(place.hostname) };

function echo(request: HttpRequest): HttpResponse {
  const code = Number(queryOf(request, 'code')) || 200;
  return text(queryOf(request, 'msg'), code >= 200 && code <= 599 ? code : 400);
}
