/**
 * The servers of the course notes and of Kubernetes' own examples that answer with a line or two.
 */
import { type Answerer, html, pathOf, text } from './contract.js';

/** dbgurum/k8s-lab: `/hostname` as in the notes; every other page names the host as well. */
export const k8sLab: Answerer = {
  http(request, { place }) {
    if (pathOf(request) === '/hostname') return text(`Hostname : ${place.hostname}\n`);
    return text(`Hello! this is ${place.hostname}. ask /hostname\n`);
  },
  logLine: (request) => `${request.remoteAddress} ${request.method} ${request.target}`,
};

/** hashicorp/http-echo 1.0: the text, with the headers of its `handlers.go`. */
export const httpEcho: Answerer = {
  http(_request, { parameters }) {
    const answer = text(`${parameters['text'] ?? ''}\n`, Number(parameters['status'] ?? 200));
    return { ...answer, headers: { ...answer.headers, 'X-App-Name': 'http-echo', 'X-App-Version': '1.0.0' } };
  },
  banner: ({ port }) => [`[INFO] server is listening on :${port}`],
  logLine: (request, response, { timestamp }) =>
    `${timestamp()} ${request.headers['host'] ?? ''} ${request.remoteAddress} "${request.method} ${request.target} HTTP/1.1" ${response.status} ${response.body.length}`,
};

/** luksa/kubia `app.js`. */
export const kubia: Answerer = {
  http: (_request, { place }) => ({ status: 200, headers: {}, body: `You've hit ${place.hostname}\n` }),
  banner: () => ['Kubia server starting...'],
  logLine: (request) => `Received request from ${request.remoteAddress.replace(/:\d+$/, '')}`,
};

/** The hello-app of Google's samples, `main.go`. */
export const helloApp: Answerer = {
  http: (_request, { place }) => text(`Hello, world!\nVersion: 1.0.0\nHostname: ${place.hostname}\n`),
  banner: ({ port }) => [`Server listening on port ${port}`],
  logLine: (request) => `Serving request: ${pathOf(request)}`,
};

/** Differs: the welcome pages of nginx and httpd name the pod that answered. */
export const nginx: Answerer = {
  http(request, { place }) {
    if (pathOf(request) !== '/' && pathOf(request) !== '/index.html') return named(html(notFound, 404), 'nginx');
    return named(html(welcome(place.hostname)), 'nginx');
  },
  logLine: (request, response, { timestamp }) =>
    `${request.remoteAddress.replace(/:\d+$/, '')} - - [${timestamp()}] "${request.method} ${request.target} HTTP/1.1" ${response.status} ${response.body.length} "-" "${request.headers['user-agent'] ?? '-'}" "-"`,
};

export const httpd: Answerer = {
  http: (_request, { place }) =>
    named(html(`<html><body><h1>It works!</h1><p>${place.hostname}</p></body></html>\n`), 'Apache'),
  logLine: nginx.logLine,
};

const notFound =
  '<html>\n<head><title>404 Not Found</title></head>\n<body>\n<center><h1>404 Not Found</h1></center>\n<hr><center>nginx</center>\n</body>\n</html>\n';

function welcome(hostname: string): string {
  return `<!DOCTYPE html>\n<html>\n<head>\n<title>Welcome to nginx!</title>\n</head>\n<body>\n<h1>Welcome to nginx!</h1>\n<p>This is ${hostname}.</p>\n</body>\n</html>\n`;
}

function named<T extends { headers: Readonly<Record<string, string>> }>(response: T, server: string): T {
  return { ...response, headers: { Server: server, ...response.headers } };
}
