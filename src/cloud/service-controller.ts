/**
 * The service controller of a cloud provider: Services of type LoadBalancer get a load balancer, and events say so.
 *
 * Models: `k8s.io/cloud-provider` controllers/service/controller.go (syncLoadBalancerIfNeeded, needsUpdate,
 * nodeSyncService).
 * Differs: a load balancer that could not be made is tried again when its Service or the nodes change, not after a time:
 * nothing outside of the cluster can mend it.
 */
import type { Controller, ControllerContext, EventInput, Intent } from '../controllers/contract.js';
import type { ChangeEvent, Lister } from '../registry/contract.js';
import { assignPlaces, privateAddress, publicAddress, serviceKey } from './addresses.js';
import type { BalancerSettings, CloudService, Refusal } from './contract.js';
import { eligibleNodes, isEligible, type StoredNode } from './nodes.js';
import { balancedServices, ownerAt, type ProviderName, settingsAt } from './provider.js';
import { changesOf, needsUpdate } from './service-changes.js';

const component = 'service-controller';

/** What keeps a Service until its load balancer is gone. Source: cloud-provider `service/helpers/helper.go`. */
const cleanupFinalizer = 'service.kubernetes.io/load-balancer-cleanup';

/** A key is a task and what it is about: `change` comes before `ensure`, and `ensure` before `hosts`. */
type Task = 'change' | 'ensure' | 'hosts';

const keyOf = (task: Task, ...parts: string[]): string => [task, ...parts].join('|');

export function serviceController(provider: ProviderName): Controller {
  return {
    name: component,
    keysFor(change, lister) {
      if (change.key.group !== '' || change.type === 'DELETED') return hostKeys(change, lister);
      return change.key.kind === 'Service' ? serviceKeys(change) : hostKeys(change, lister);
    },
    reconcile(key, lister, context) {
      const [task, where = '', reason = '', ...message] = key.split('|');
      const [namespace = '', name = ''] = where.split('/');
      const service = lister.get<CloudService>({ group: '', kind: 'Service', namespace, name });
      if (!service) return [];
      if (task === 'change') return [event(service, 'Normal', reason, message.join('|'))];
      return task === 'hosts'
        ? updateHosts(provider, service, lister)
        : synchronise(provider, service, lister, context);
    },
  };
}

function wantsLoadBalancer({ spec }: CloudService): boolean {
  return spec?.type === 'LoadBalancer' && spec.loadBalancerClass === undefined;
}

function hasFinalizer({ metadata }: CloudService): boolean {
  return metadata.finalizers?.includes(cleanupFinalizer) ?? false;
}

function needsCleanup(service: CloudService): boolean {
  const { metadata, spec } = service;
  return hasFinalizer(service) && (metadata.deletionTimestamp !== undefined || spec?.type !== 'LoadBalancer');
}

function serviceKeys({ object, previous }: ChangeEvent): string[] {
  const service = object as CloudService;
  const ensure = keyOf('ensure', serviceKey(service));
  const before = previous as CloudService | undefined;
  if (!before) return wantsLoadBalancer(service) || needsCleanup(service) ? [ensure] : [];
  const wanted = wantsLoadBalancer(before) || wantsLoadBalancer(service);
  const told = wanted ? changesOf(before, service) : [];
  const changes = told.map(({ reason, message }) => keyOf('change', serviceKey(service), reason, message));
  return needsCleanup(service) || (wanted && needsUpdate(before, service)) ? [...changes, ensure] : [];
}

/** A node that joins or leaves the set of targets concerns every load balancer. */
function hostKeys({ type, key, object, previous }: ChangeEvent, lister: Lister): string[] {
  if (key.group !== '' || key.kind !== 'Node') return [];
  const now = type !== 'DELETED' && isEligible(object as StoredNode);
  const earlier = type === 'DELETED' ? object : previous;
  const before = earlier !== undefined && isEligible(earlier as StoredNode);
  if (now === before) return [];
  const services = lister.list<CloudService>('', 'Service').filter(wantsLoadBalancer);
  return services.filter(hasFinalizer).map((service) => keyOf('hosts', serviceKey(service)));
}

function updateHosts(provider: ProviderName, service: CloudService, lister: Lister): Intent[] {
  if (ownerAt(provider, service) !== component) return [];
  if (!hasAddress(service)) return [];
  return eligibleNodes(lister).length === 0
    ? [noNodes(service)]
    : [event(service, 'Normal', 'UpdatedLoadBalancer', 'Updated load balancer with new hosts')];
}

function hasAddress({ status }: CloudService): boolean {
  return (status?.loadBalancer?.ingress ?? []).length > 0;
}

function synchronise(
  provider: ProviderName,
  service: CloudService,
  lister: Lister,
  context: ControllerContext,
): Intent[] {
  if (!wantsLoadBalancer(service) || needsCleanup(service)) return cleanUp(provider, service, lister);
  const started = event(service, 'Normal', 'EnsuringLoadBalancer', 'Ensuring load balancer');
  const finalizer = hasFinalizer(service) ? [] : [withFinalizers(service, [...finalizers(service), cleanupFinalizer])];
  // The cloud provider says ImplementedElsewhere: its controller stops there, without another word.
  if (ownerAt(provider, service) !== component) return [started, ...finalizer];
  const ensured = ensure(provider, service, lister, context);
  const nodes = eligibleNodes(lister).length === 0 ? [noNodes(service)] : [];
  if ('error' in ensured) {
    const message = `Error syncing load balancer: failed to ensure load balancer: ${ensured.error}`;
    return [started, ...finalizer, ...nodes, event(service, 'Warning', 'SyncLoadBalancerFailed', message)];
  }
  const done = event(service, 'Normal', 'EnsuredLoadBalancer', 'Ensured load balancer');
  return [started, ...finalizer, ...nodes, done, ...statusChange(service, [ensured.ingress])];
}

function noNodes(service: CloudService): Intent {
  return event(service, 'Warning', 'UnAvailableLoadBalancer', 'There are no available nodes for LoadBalancer');
}

function cleanUp(provider: ProviderName, service: CloudService, lister: Lister): Intent[] {
  const deleting = isThere(provider, service, lister)
    ? [event(service, 'Normal', 'DeletingLoadBalancer', 'Deleting load balancer')]
    : [];
  const deleted = event(service, 'Normal', 'DeletedLoadBalancer', 'Deleted load balancer');
  const rest = finalizers(service).filter((one) => one !== cleanupFinalizer);
  const released = hasFinalizer(service) ? [withFinalizers(service, rest)] : [];
  const gone = service.metadata.deletionTimestamp !== undefined && rest.length === 0;
  return [...deleting, ...released, deleted, ...(gone ? [] : statusChange(service, []))];
}

/** A Service that is of another type by now has lost its status, but its load balancer has been made. */
function isThere(provider: ProviderName, service: CloudService, lister: Lister): boolean {
  const before = { ...service, spec: { ...service.spec, type: 'LoadBalancer' } } as CloudService;
  const made = hasFinalizer(service) && ownerAt(provider, before) === component;
  return made && !('error' in settingsAt(provider, before, lister));
}

/** What the status shall show. */
export type Ingress = { hostname: string } | { ip: string; ipMode: string };

/** The load balancer's name or address, or why there is none. */
export function ensure(
  provider: ProviderName,
  service: CloudService,
  lister: Lister,
  { seed }: Pick<ControllerContext, 'seed'>,
): { ingress: Ingress } | Refusal {
  const settings = settingsAt(provider, service, lister);
  if ('error' in settings) return settings;
  const place = assignPlaces(balancedServices(provider, lister), seed).get(serviceKey(service));
  // Source: Elastic Load Balancing API, error TooManyLoadBalancers.
  if (place === undefined) return { error: 'TooManyLoadBalancers: Exceeded quota of account' };
  return { ingress: ingressOf(settings, place) };
}

function ingressOf({ hostname, scheme }: BalancerSettings, place: number): Ingress {
  if (hostname !== undefined) return { hostname };
  return { ip: scheme === 'internal' ? privateAddress(place) : publicAddress(place), ipMode: 'VIP' };
}

function finalizers({ metadata }: CloudService): string[] {
  return metadata.finalizers ?? [];
}

export function withFinalizers(service: CloudService, wanted: readonly string[]): Intent {
  const { finalizers: _before, ...metadata } = service.metadata;
  const kept = wanted.length > 0 ? { ...metadata, finalizers: [...wanted] } : metadata;
  return {
    verb: 'update',
    object: { ...service, metadata: kept },
    reason: `finalizers ${wanted.join(', ') || 'none'}`,
  };
}

export function statusChange(service: CloudService, ingress: readonly Ingress[]): Intent[] {
  const loadBalancer = ingress.length > 0 ? { ingress: [...ingress] } : {};
  if (JSON.stringify(service.status?.loadBalancer ?? {}) === JSON.stringify(loadBalancer)) return [];
  const object = { ...service, status: { ...service.status, loadBalancer } };
  return [{ verb: 'updateStatus', object, reason: ingress.length > 0 ? 'a load balancer' : 'no load balancer' }];
}

function event(involved: CloudService, type: EventInput['type'], reason: string, message: string): Intent {
  return { verb: 'event', event: { involved, type, reason, message, component }, reason };
}
