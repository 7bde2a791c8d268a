/**
 * Brings a cluster of random Services and EndpointSlices into a lab through its API, in place of the one before.
 */
import { request } from 'node:https';

const servicePath = '/api/v1/namespaces/default/services';
const slicePath = '/apis/discovery.k8s.io/v1/namespaces/default/endpointslices';

function ask(kubeconfig, method, path, body) {
  const { clusters, users } = kubeconfig;
  const url = new URL(path, clusters[0].cluster.server);
  const ca = Buffer.from(clusters[0].cluster['certificate-authority-data'], 'base64');
  const headers = { authorization: `Bearer ${users[0].user.token}`, 'content-type': 'application/json' };
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method, ca, headers }, async (incoming) => {
      const text = Buffer.concat(await incoming.toArray()).toString();
      if (incoming.statusCode < 300) resolve(JSON.parse(text));
      else reject(new Error(`${method} ${path}: ${text}`));
    });
    outgoing.once('error', reject);
    outgoing.end(body && JSON.stringify(body));
  });
}

/** The nearest Service that the API takes: random ones are headless where they may not be, or ExternalName with addresses. */
function acceptable(service) {
  const { type, ports, clusterIP, ...spec } = service.spec;
  if (type === 'ExternalName') return { ...service, spec: { type, externalName: 'example.org', ports } };
  if (type === 'ClusterIP' || clusterIP !== 'None') return service;
  return { ...service, spec: { type, ports, ...spec } };
}

async function empty(kubeconfig, path) {
  const { items } = await ask(kubeconfig, 'GET', path);
  for (const { metadata } of items) {
    if (metadata.name !== 'kubernetes') await ask(kubeconfig, 'DELETE', `${path}/${metadata.name}`);
  }
}

export async function show(kubeconfig, { services, slices }) {
  await empty(kubeconfig, servicePath);
  await empty(kubeconfig, slicePath);
  for (const service of services.map(acceptable)) {
    const stored = await ask(kubeconfig, 'POST', servicePath, service);
    if (!service.status?.loadBalancer?.ingress) continue;
    await ask(kubeconfig, 'PUT', `${servicePath}/${stored.metadata.name}/status`, {
      ...stored,
      status: service.status,
    });
  }
  for (const slice of slices) await ask(kubeconfig, 'POST', slicePath, slice);
}
