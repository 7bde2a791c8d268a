/**
 * ServiceL2Status objects: which node announces a Service, as `kubectl get servicel2statuses -n metallb-system` shows.
 *
 * Models: MetalLB `internal/k8s/controllers/layer2_status_controller.go`: the winner has one and removes those of
 * others, the loser removes its own. One whose speaker died stays until the next winner comes.
 */
import type { Lister } from '../../registry/contract.js';
import { metallbGroup } from '../install.js';
import {
  newStatus,
  type ServiceStatus,
  type StatusChange,
  type StatusSubject,
  statusKey,
  subjectOf,
} from '../service-status.js';
import type { AnnouncedInterfaces } from './contract.js';

/** What a node's speaker writes when it announces a Service, anew too; `interfaces` undefined: when it gives it up. */
export function l2StatusChange(
  lister: Lister,
  subject: StatusSubject,
  interfaces: AnnouncedInterfaces | undefined,
): StatusChange {
  const { namespace, node, service } = subject;
  const present = lister
    .list<ServiceStatus>(metallbGroup, 'ServiceL2Status', { namespace })
    .filter((one) => subjectOf(one) === service);
  const own = present.filter(({ status }) => status?.node === node);
  if (interfaces === undefined) return { remove: own.map(statusKey), update: [], create: [] };
  const [kept] = own;
  const wanted = newStatus(lister, 'ServiceL2Status', subject, factsOf(interfaces));
  return {
    remove: present.filter((one) => one !== kept).map(statusKey),
    update: kept && !sameInterfaces(kept, wanted) ? [{ ...kept, status: wanted.status }] : [],
    create: kept ? [] : [wanted],
  };
}

function factsOf(interfaces: AnnouncedInterfaces): object {
  return interfaces === 'all' ? {} : { interfaces: interfaces.map((name) => ({ name })) };
}

function sameInterfaces(one: ServiceStatus, other: ServiceStatus): boolean {
  return JSON.stringify(one.status?.interfaces) === JSON.stringify(other.status?.interfaces);
}
