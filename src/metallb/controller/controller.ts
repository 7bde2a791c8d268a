/**
 * MetalLB's controller: gives addresses to Services of type LoadBalancer while its Deployment runs.
 *
 * Models: MetalLB `controller/main.go` SetBalancer and SetPools. Whoever gives an address back makes all others that
 * wait be looked at again.
 */
import type { KubeObject } from '../../api/object.js';
import type { Controller, Intent } from '../../controllers/contract.js';
import type { ChangeEvent, Lister } from '../../registry/contract.js';
import { allocatedFromPool, deprecatedAnnotations } from '../annotations.js';
import { poolsOf } from '../configuration.js';
import { handlesClass, metallbGroup, runningController } from '../install.js';
import { type LoadBalancerService, serviceKey, statusAddresses } from '../load-balancer-service.js';
import { ledgerOf } from '../pools/allocator.js';
import { type Convergence, converge } from './converge.js';
import { claimOf } from './demand.js';

const component = 'metallb-controller';

/** Changes that concern every Service: the configuration, and whether the controller runs. */
const wide: ReadonlySet<string> = new Set([`${metallbGroup}/IPAddressPool`, '/Namespace', 'apps/Deployment']);

export const metallbController: Controller = {
  name: component,
  keysFor(change, lister) {
    if (wide.has(`${change.key.group}/${change.key.kind}`)) return isNews(change) ? balancerKeys(lister) : [];
    if (change.key.group !== '' || change.key.kind !== 'Service') return [];
    const own = serviceKey(change.object as LoadBalancerService);
    return givesBack(change) ? [own, ...balancerKeys(lister)] : [own];
  },
  reconcile(key, lister) {
    const [namespace = '', name = ''] = key.split('/');
    const service = lister.get<LoadBalancerService & KubeObject>({ group: '', kind: 'Service', namespace, name });
    return service ? reconcile(service, lister) : [];
  },
};

/** Deployments change all the time; of them only a change of readiness or options can matter, of Namespaces labels. */
function isNews({ type, key, object, previous }: ChangeEvent): boolean {
  if (type !== 'MODIFIED' || key.kind === 'IPAddressPool') return true;
  if (key.kind === 'Namespace')
    return JSON.stringify(object.metadata.labels) !== JSON.stringify(previous?.metadata.labels);
  const ready = (one: KubeObject | undefined) => (one?.status as { readyReplicas?: number } | undefined)?.readyReplicas;
  return ready(object) !== ready(previous) || object.metadata.generation !== previous?.metadata.generation;
}

function balancers(lister: Lister): (LoadBalancerService & KubeObject)[] {
  const services = lister.list<LoadBalancerService & KubeObject>('', 'Service');
  return services.filter(({ spec }) => spec?.type === 'LoadBalancer');
}

function balancerKeys(lister: Lister): string[] {
  return balancers(lister).map(serviceKey);
}

/** An address, or a use of one that kept others off, is free again. */
function givesBack({ type, object, previous }: ChangeEvent): boolean {
  const before = useOf(type === 'DELETED' ? object : previous);
  return before !== undefined && (type === 'DELETED' || before !== useOf(object));
}

/** What a Service does with its addresses, whenever it was written. */
function useOf(object: KubeObject | undefined): string | undefined {
  const claim = object && claimOf(object as LoadBalancerService);
  return claim && JSON.stringify({ ...claim, written: undefined });
}

function reconcile(service: LoadBalancerService & KubeObject, lister: Lister): Intent[] {
  const installation = runningController(lister);
  if (!installation) return [];
  if (service.spec?.type !== 'LoadBalancer') return withoutPool(service);
  if (!handlesClass(installation, service.spec.loadBalancerClass)) return [];
  const pools = poolsOf(lister, installation.namespace);
  const ledger = ledgerOf(balancers(lister).flatMap((one) => claimOf(one) ?? []));
  return intentsFor(service, converge(service, pools, ledger));
}

function withoutPool(service: LoadBalancerService & KubeObject): Intent[] {
  if (service.metadata.annotations?.[allocatedFromPool] === undefined) return [];
  return [{ verb: 'update', object: withPool(service, undefined), reason: 'not a LoadBalancer any more' }];
}

/** Writes what differs. Deprecated annotations are warned of only then, so that looking alone stays quiet. */
function intentsFor(service: LoadBalancerService & KubeObject, next: Convergence): Intent[] {
  const events = next.events.map((event): Intent => {
    return { verb: 'event', event: { involved: service, component, ...event }, reason: event.reason };
  });
  if (next.untouched) return events;
  const annotated = service.metadata.annotations?.[allocatedFromPool] !== next.pool;
  const addressed = statusAddresses(service).join() !== next.addresses.join();
  const reason = next.pool ? `addresses from pool ${next.pool}` : 'no address';
  const writes: Intent[] = [];
  if (annotated) writes.push({ verb: 'update', object: withPool(service, next.pool), reason });
  if (addressed) writes.push({ verb: 'updateStatus', object: withAddresses(service, next.addresses), reason });
  return [...(writes.length > 0 ? warnings(service) : []), ...events, ...writes];
}

function warnings(service: LoadBalancerService & KubeObject): Intent[] {
  return deprecatedAnnotations(service.metadata.annotations).map((annotation) => {
    const message = `Service uses deprecated annotation ${annotation}`;
    const event = { involved: service, type: 'Warning' as const, reason: 'deprecatedAnnotation', message, component };
    return { verb: 'event', event, reason: 'deprecated annotation' };
  });
}

function withPool(service: LoadBalancerService & KubeObject, pool: string | undefined): KubeObject {
  const { [allocatedFromPool]: _before, ...others } = service.metadata.annotations ?? {};
  const annotations = pool === undefined ? others : { ...others, [allocatedFromPool]: pool };
  const { annotations: _replaced, ...metadata } = service.metadata;
  return { ...service, metadata: Object.keys(annotations).length > 0 ? { ...metadata, annotations } : metadata };
}

function withAddresses(service: LoadBalancerService & KubeObject, addresses: readonly string[]): KubeObject {
  const loadBalancer = addresses.length > 0 ? { ingress: addresses.map((ip) => ({ ip, ipMode: 'VIP' })) } : {};
  return { ...service, status: { ...service.status, loadBalancer } };
}
