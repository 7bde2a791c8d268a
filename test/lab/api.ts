/**
 * Asking a lab's Kubernetes API as any client would: with what its kubeconfig says.
 */
import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { parse } from 'yaml';
import type { TestLab } from './lab.js';

interface Kubeconfig {
  clusters: [{ cluster: { server: string; 'certificate-authority-data': string } }];
  users: [{ user: { token: string } }];
}

/** GET of a path, as JSON. */
export async function getFromApi<T>(lab: TestLab, path: string): Promise<T> {
  const { clusters, users } = parse(readFileSync(lab.status().kubeconfig, 'utf8')) as Kubeconfig;
  const { server, 'certificate-authority-data': authority } = clusters[0].cluster;
  const options = {
    ca: Buffer.from(authority, 'base64'),
    headers: { authorization: `Bearer ${users[0].user.token}`, accept: 'application/json' },
  };
  const text = await new Promise<string>((resolve, reject) => {
    const outgoing = request(new URL(path, server), options, async (incoming) => {
      let body = '';
      for await (const chunk of incoming) body += chunk;
      resolve(body);
    });
    outgoing.once('error', reject).end();
  });
  return JSON.parse(text) as T;
}
