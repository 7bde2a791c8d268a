/**
 * The servers of the course notes and of Kubernetes' own examples that answer with a line or two.
 */
import { type Answerer, pathOf, text } from './contract.js';

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
