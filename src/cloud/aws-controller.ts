/**
 * The AWS Load Balancer Controller, as far as it looks after Services.
 *
 * Models: AWS Load Balancer Controller `controllers/service/service_controller.go` (reconcile, cleanupLoadBalancerResources).
 */
import type { Controller, ControllerContext, Intent } from '../controllers/contract.js';
import type { Lister } from '../registry/contract.js';
import { serviceKey } from './addresses.js';
import { ownerOf } from './aws.js';
import type { CloudService } from './contract.js';
import { ensure, statusChange, withFinalizers } from './service-controller.js';

const component = 'service';

/** Source: service_controller.go, serviceFinalizer. */
const resourcesFinalizer = 'service.k8s.aws/resources';

export const awsLoadBalancerController: Controller = {
  name: 'aws-load-balancer-controller',
  keysFor({ type, key, object, previous }) {
    if (key.group !== '' || key.kind !== 'Service' || type === 'DELETED') return [];
    const service = object as CloudService;
    return isConcerned(service) && !sameRequest(service, previous) ? [serviceKey(service)] : [];
  },
  reconcile(key, lister, context) {
    const [namespace = '', name = ''] = key.split('/');
    const service = lister.get<CloudService>({ group: '', kind: 'Service', namespace, name });
    return service ? reconcile(service, lister, context) : [];
  },
};

function isHandled(service: CloudService): boolean {
  return service.metadata.deletionTimestamp === undefined && ownerOf(service) === 'aws-load-balancer-controller';
}

function isConcerned(service: CloudService): boolean {
  return isHandled(service) || hasFinalizer(service);
}

function hasFinalizer({ metadata }: CloudService): boolean {
  return metadata.finalizers?.includes(resourcesFinalizer) ?? false;
}

/** Its own writes are no news to it. Source: eventhandlers/service.go, enqueueRequestsForServiceEvent.Update. */
function sameRequest(service: CloudService, previous: unknown): boolean {
  if (previous === undefined) return false;
  const text = ({ metadata, spec }: CloudService) =>
    JSON.stringify([metadata.annotations, spec, metadata.deletionTimestamp]);
  return text(service) === text(previous as CloudService);
}

function reconcile(service: CloudService, lister: Lister, context: ControllerContext): Intent[] {
  if (!isHandled(service)) return cleanUp(service);
  const ensured = ensure('aws', service, lister, context);
  if ('error' in ensured) {
    return [event(service, 'Warning', 'FailedBuildModel', `Failed build model due to ${ensured.error}`)];
  }
  const finalizers = service.metadata.finalizers ?? [];
  const held = hasFinalizer(service) ? [] : [withFinalizers(service, [...finalizers, resourcesFinalizer])];
  const done = event(service, 'Normal', 'SuccessfullyReconciled', 'Successfully reconciled');
  return [...held, ...statusChange(service, [ensured.ingress]), done];
}

function cleanUp(service: CloudService): Intent[] {
  if (!hasFinalizer(service)) return [];
  const finalizers = (service.metadata.finalizers ?? []).filter((one) => one !== resourcesFinalizer);
  return [...statusChange(service, []), withFinalizers(service, finalizers)];
}

function event(involved: CloudService, type: 'Normal' | 'Warning', reason: string, message: string): Intent {
  return { verb: 'event', event: { involved, type, reason, message, component }, reason };
}
