/**
 * The kubeconfig of a lab: cluster, user and context carry the lab's name, so several can be merged.
 *
 * Source: client-go `tools/clientcmd/api/v1`.
 */
import { open, rename } from 'node:fs/promises';
import { stringify } from 'yaml';

export interface KubeconfigFacts {
  /** The lab's name: also the name of the context. */
  name: string;
  /** `https://127.0.0.1:6443`. */
  server: string;
  /** PEM. */
  ca: string;
  token: string;
}

export function kubeconfigText({ name, server, ca, token }: KubeconfigFacts): string {
  const cluster = { 'certificate-authority-data': Buffer.from(ca).toString('base64'), server };
  return stringify(
    {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name, cluster }],
      users: [{ name, user: { token } }],
      contexts: [{ name, context: { cluster: name, user: name } }],
      'current-context': name,
      preferences: {},
    },
    // kubectl reads YAML 1.1, in which a lab called n or on would be a truth value.
    { lineWidth: 0, version: '1.1' },
  );
}

/** Writes it readable by its owner only, never for a moment by anybody else, and never half. */
export async function writeKubeconfig(path: string, facts: KubeconfigFacts): Promise<void> {
  const draft = `${path}.new`;
  const file = await open(draft, 'w', 0o600);
  try {
    await file.chmod(0o600);
    await file.writeFile(kubeconfigText(facts));
  } finally {
    await file.close();
  }
  await rename(draft, path);
}
