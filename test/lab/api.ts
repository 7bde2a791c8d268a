/**
 * Asking a lab's Kubernetes API as any client would: with what its kubeconfig says.
 */
import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import type { ExecutionContext } from 'ava';
import { parse } from 'yaml';
import type { TestLab } from './lab.js';

interface Kubeconfig {
  clusters: [{ cluster: { server: string; 'certificate-authority-data': string } }];
  users: [{ user: { token: string } }];
}

export interface ApiAnswer {
  code: number;
  body: unknown;
}

const patchTypes: Record<string, string> = { PATCH: 'application/strategic-merge-patch+json' };

/** One request; the answer whatever its code. A body goes as JSON, that of PATCH as a strategic merge patch. */
export async function callApi(lab: TestLab, method: string, path: string, body?: unknown): Promise<ApiAnswer> {
  const { clusters, users } = parse(readFileSync(lab.status().kubeconfig, 'utf8')) as Kubeconfig;
  const { server, 'certificate-authority-data': authority } = clusters[0].cluster;
  const headers = {
    authorization: `Bearer ${users[0].user.token}`,
    accept: 'application/json',
    'content-type': patchTypes[method] ?? 'application/json',
  };
  return new Promise((resolve, reject) => {
    const options = { method, ca: Buffer.from(authority, 'base64'), headers };
    const outgoing = request(new URL(path, server), options, async (incoming) => {
      let text = '';
      for await (const chunk of incoming) text += chunk;
      resolve({ code: incoming.statusCode ?? 0, body: JSON.parse(text) });
    });
    outgoing.once('error', reject).end(body === undefined ? undefined : JSON.stringify(body));
  });
}

/** GET of a path, as JSON. */
export async function getFromApi<T>(lab: TestLab, path: string): Promise<T> {
  return (await callApi(lab, 'GET', path)).body as T;
}

/** The same, where anything but success fails the test. */
export async function apiOf<T>(
  t: ExecutionContext,
  lab: TestLab,
  method: string,
  path: string,
  body?: unknown,
): Promise<T> {
  const answer = await callApi(lab, method, path, body);
  t.true(answer.code < 300, `${method} ${path}: ${JSON.stringify(answer.body)}`);
  return answer.body as T;
}
