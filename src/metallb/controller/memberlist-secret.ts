/**
 * The Secret `memberlist`, which the speakers mount: MetalLB's controller makes it when it starts.
 *
 * Models: MetalLB `internal/k8s/k8s.go` CreateMlSecret.
 * Differs: it is there as soon as the controller's Deployment is, so that speakers need not wait for their volume; its
 * key is derived from the seed and keeps nothing secret.
 */
import { createHash } from 'node:crypto';
import type { Deployment } from 'kubernetes-types/apps/v1.js';
import type { KubeObject, Stored } from '../../api/object.js';
import type { Controller } from '../../controllers/contract.js';
import { isControllerDeployment } from '../install.js';

/** memberlist's keys are 128 bytes here, base64 twice: once by MetalLB, once as a Secret's data. */
const KEY_BYTES = 128;

type StoredDeployment = Stored<Deployment> & KubeObject;

export const memberlistSecretController: Controller = {
  name: 'metallb-memberlist-secret',
  keysFor({ key, object, type }) {
    if (key.group !== 'apps' || key.kind !== 'Deployment' || type === 'DELETED') return [];
    return isControllerDeployment(object as StoredDeployment) ? [`${key.namespace}/${key.name}`] : [];
  },
  reconcile(key, lister, { seed }) {
    const [namespace = '', name = ''] = key.split('/');
    const deployment = lister.get<StoredDeployment>({ group: 'apps', kind: 'Deployment', namespace, name });
    const existing = lister.get({ group: '', kind: 'Secret', namespace, name: 'memberlist' });
    if (!deployment || existing || deployment.metadata.deletionTimestamp) return [];
    return [{ verb: 'create', object: secretOf(deployment, seed), reason: 'the speakers mount it' }];
  },
};

function secretOf({ metadata: { name, namespace = '', uid = '' } }: StoredDeployment, seed: number): KubeObject {
  const owner = { apiVersion: 'apps/v1', kind: 'Deployment', name, uid };
  const secretkey = Buffer.from(keyOf(seed, uid).toString('base64')).toString('base64');
  return {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'memberlist', namespace, ownerReferences: [owner] },
    type: 'Opaque',
    data: { secretkey },
  };
}

function keyOf(seed: number, uid: string): Buffer {
  const blocks = Array.from({ length: KEY_BYTES / 32 }, (_, index) =>
    createHash('sha256').update(`memberlist/${seed}/${uid}/${index}`).digest(),
  );
  return Buffer.concat(blocks);
}
