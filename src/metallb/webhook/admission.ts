/**
 * MetalLB's validating webhooks: they see a write and everything of MetalLB's that is stored, and refuse what would make
 * the whole configuration invalid.
 *
 * Models: MetalLB `internal/k8s/webhooks`; the apiserver's `admission/plugin/webhook/errors` ToStatusErr.
 * Differs: the webhooks answer as soon as their configuration exists, before the controller's pod is ready. A ConfigMap in
 * the form of MetalLB 0.12 is refused where a real cluster would store it and do nothing.
 */
import type { ValidatingWebhookConfiguration } from 'kubernetes-types/admissionregistration/v1.js';
import { groupOf, type KubeObject, type Stored } from '../../api/object.js';
import { StatusError } from '../../api/status.js';
import type { Lister } from '../../registry/contract.js';
import type { AdmissionRequest } from '../../registry/rules.js';
import { metallbGroup } from '../install.js';
import { checkConfiguration } from './configuration.js';
import { refuseOldConfigMap } from './old-config-map.js';

const configurationName = 'metallb-webhook-configuration';

/** @throws StatusError Forbidden, as the apiserver words a webhook's denial */
export function admitMetalLB(request: AdmissionRequest, lister: Lister): void {
  const { object, operation } = request;
  if (object.kind === 'ConfigMap' && operation !== 'DELETE') refuseOldConfigMap(object);
  if (groupOf(object.apiVersion) !== metallbGroup) return;
  const webhook = webhookFor(request, lister);
  if (!webhook) return;
  const denial = denialOf(request, lister, webhook.namespace);
  if (denial === undefined) return;
  const message = `admission webhook "${webhook.name}" denied the request: ${denial}`;
  throw new StatusError('Forbidden', message, { name: object.metadata.name, group: metallbGroup, kind: object.kind });
}

/** The webhook that a kind's writes go to, and MetalLB's namespace. */
function webhookFor(
  { object, operation }: AdmissionRequest,
  lister: Lister,
): { name: string; namespace: string } | undefined {
  const key = { group: 'admissionregistration.k8s.io', kind: 'ValidatingWebhookConfiguration', namespace: '' };
  const configuration = lister.get<Stored<ValidatingWebhookConfiguration>>({ ...key, name: configurationName });
  const found = configuration?.webhooks?.find(
    ({ name, rules = [] }) =>
      name === `${webhookNames[object.kind]}.${metallbGroup}` &&
      rules.some(({ operations = [] }) => operations.includes(operation) || operations.includes('*')),
  );
  return found && { name: found.name, namespace: found.clientConfig.service?.namespace ?? 'metallb-system' };
}

const webhookNames: Readonly<Record<string, string>> = {
  BFDProfile: 'bfdprofilevalidationwebhook',
  BGPAdvertisement: 'bgpadvertisementvalidationwebhook',
  BGPPeer: 'bgppeersvalidationwebhook',
  Community: 'communityvalidationwebhook',
  IPAddressPool: 'ipaddresspoolvalidationwebhook',
  L2Advertisement: 'l2advertisementvalidationwebhook',
};

function denialOf({ operation, object }: AdmissionRequest, lister: Lister, namespace: string): string | undefined {
  const { name, namespace: own } = object.metadata;
  if (operation === 'CREATE' && own !== namespace) return `resource must be created in ${namespace} namespace`;
  if (operation === 'DELETE') return profileInUse(object, lister, namespace);
  const others = (kind: string): KubeObject[] => {
    const stored = lister.list(metallbGroup, kind, { namespace });
    if (kind !== object.kind) return stored;
    const replaced = stored.map((one) => (one.metadata.name === name ? object : one));
    return replaced.includes(object) ? replaced : [...stored, object];
  };
  try {
    checkConfiguration(others, lister);
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

function profileInUse(object: KubeObject, lister: Lister, namespace: string): string | undefined {
  if (object.kind !== 'BFDProfile') return undefined;
  const { name } = object.metadata;
  const peers = lister.list<KubeObject & { spec?: { bfdProfile?: string } }>(metallbGroup, 'BGPPeer', { namespace });
  const user = peers.find(({ spec }) => spec?.bfdProfile === name);
  return user && `failed to delete BFDProfile ${name}, used by BGPPeer ${user.metadata.name}`;
}
