/** The API of a lab as any client reaches it: HTTPS on one kept connection, with what the kubeconfig says. */
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { parse } from 'yaml';

interface Kubeconfig {
  clusters: [{ cluster: { server: string; 'certificate-authority-data': string } }];
  users: [{ user: { token: string } }];
}

export interface ApiClient {
  get(path: string): Promise<string>;
  /** A JSON merge patch. */
  patch(path: string, patch: unknown): Promise<string>;
  close(): void;
}

/** @throws Error with the server's words when it does not answer 2xx */
export function apiClient(kubeconfig: string): ApiClient {
  const config = parse(readFileSync(kubeconfig, 'utf8')) as Kubeconfig;
  const { server, 'certificate-authority-data': ca } = config.clusters[0].cluster;
  const authorization = `Bearer ${config.users[0].user.token}`;
  const agent = new Agent({ keepAlive: true, maxSockets: 1, ca: Buffer.from(ca, 'base64') });
  const send = (method: string, path: string, body?: unknown): Promise<string> =>
    new Promise((resolve, reject) => {
      const headers = { authorization, 'content-type': 'application/merge-patch+json' };
      const sent = request(`${server}${path}`, { method, headers, agent }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (part: string) => {
          text += part;
        });
        response.on('end', () => ((response.statusCode ?? 500) < 300 ? resolve(text) : reject(new Error(text))));
      });
      sent.on('error', reject);
      sent.end(body === undefined ? undefined : JSON.stringify(body));
    });
  return {
    get: (path) => send('GET', path),
    patch: (path, patch) => send('PATCH', path, patch),
    close: () => agent.destroy(),
  };
}
