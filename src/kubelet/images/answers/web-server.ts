/**
 * nginx and httpd: the files of their document root, when the container has one, else their welcome page.
 *
 * Differs: the welcome pages of nginx and httpd name the pod that answered; their configuration files are not read.
 */
import { type AnswerContext, type Answerer, type HttpResponse, html, pathOf } from './contract.js';

/** Types of nginx' `mime.types` that workshops meet. */
const types: Readonly<Record<string, string>> = {
  css: 'text/css',
  gif: 'image/gif',
  htm: 'text/html',
  html: 'text/html',
  ico: 'image/x-icon',
  jpg: 'image/jpeg',
  js: 'application/javascript',
  json: 'application/json',
  png: 'image/png',
  svg: 'image/svg+xml',
  txt: 'text/plain',
};

interface Pages {
  server: string;
  welcome(hostname: string): string;
  error(status: number, reason: string): string;
}

const nginxPages: Pages = {
  server: 'nginx',
  welcome: (hostname) =>
    `<!DOCTYPE html>\n<html>\n<head>\n<title>Welcome to nginx!</title>\n</head>\n<body>\n<h1>Welcome to nginx!</h1>\n<p>This is ${hostname}.</p>\n</body>\n</html>\n`,
  error: (status, reason) =>
    `<html>\n<head><title>${status} ${reason}</title></head>\n<body>\n<center><h1>${status} ${reason}</h1></center>\n<hr><center>nginx</center>\n</body>\n</html>\n`,
};

const httpdPages: Pages = {
  server: 'Apache',
  welcome: (hostname) => `<html><body><h1>It works!</h1><p>${hostname}</p></body></html>\n`,
  error: (status, reason) =>
    `<!DOCTYPE HTML PUBLIC "-//IETF//DTD HTML 2.0//EN">\n<html><head>\n<title>${status} ${reason}</title>\n</head><body>\n<h1>${reason}</h1>\n</body></html>\n`,
};

function webServer(pages: Pages): Answerer {
  return {
    http(request, context) {
      const { headers, ...response } = answer(pages, pathOf(request), context);
      return { ...response, headers: { Server: pages.server, ...headers } };
    },
    logLine: (request, response, { timestamp }) =>
      `${request.remoteAddress.replace(/:\d+$/, '')} - - [${timestamp()}] "${request.method} ${request.target} HTTP/1.1" ${response.status} ${response.body.length} "-" "${request.headers['user-agent'] ?? '-'}" "-"`,
  };
}

function answer(pages: Pages, path: string, { document, place }: AnswerContext): HttpResponse {
  const found = document(path);
  if (found === 'no root') {
    if (path === '/' || path === '/index.html') return html(pages.welcome(place.hostname));
    return html(pages.error(404, 'Not Found'), 404);
  }
  if (found === 'missing')
    return path.endsWith('/') ? html(pages.error(403, 'Forbidden'), 403) : html(pages.error(404, 'Not Found'), 404);
  const extension = found.name.slice(found.name.lastIndexOf('.') + 1);
  return {
    status: 200,
    headers: { 'Content-Type': types[extension] ?? 'application/octet-stream' },
    body: found.content,
  };
}

export const nginx = webServer(nginxPages);
export const httpd = webServer(httpdPages);

/** The index page that the image brings along, for a container that somebody looks into. */
export function imageIndexPage(behaviour: string, hostname: string): string {
  return (behaviour === 'httpd' ? httpdPages : nginxPages).welcome(hostname);
}
