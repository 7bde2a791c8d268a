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

/** What a node's speaker writes when it announces a Service; `interfaces` undefined: when it gives it up. */
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
  const unwanted = interfaces === undefined ? own : [...present.filter((one) => !own.includes(one)), ...own.slice(1)];
  const facts = interfaces === 'all' ? {} : { interfaces: interfaces?.map((name) => ({ name })) };
  const fresh = interfaces !== undefined && own.length === 0;
  return {
    remove: unwanted.map(statusKey),
    update: [],
    create: fresh ? [newStatus(lister, 'ServiceL2Status', subject, facts)] : [],
  };
}
