/**
 * ServiceBGPStatus objects: to which peers a node announces a Service, as `kubectl get servicebgpstatuses -n metallb-system`
 * shows. One a node and Service; whether the peers hear it is not in them.
 *
 * Models: MetalLB `internal/k8s/controllers/bgp_status_controller.go`.
 */
import type { Lister } from '../../registry/contract.js';
import { metallbGroup } from '../install.js';
import { newStatus, type ServiceStatus, type StatusChange, statusKey, subjectOf } from '../service-status.js';
import type { BgpService } from './contract.js';

/** What a node's speaker writes when it announces these Services and no others. */
export function bgpStatusChange(
  lister: Lister,
  namespace: string,
  node: string,
  services: readonly BgpService[],
): StatusChange {
  const own = lister
    .list<ServiceStatus>(metallbGroup, 'ServiceBGPStatus', { namespace })
    .filter(({ status }) => status?.node === node);
  const heard = services
    .filter(({ peers }) => peers.length > 0)
    .map(({ service, peers }) => ({ service, peers: [...peers].sort() }));
  const change: StatusChange = {
    remove: own.filter((one) => !heard.some(({ service }) => service === subjectOf(one))).map(statusKey),
    create: [],
    update: [],
  };
  for (const { service, peers } of heard) {
    const present = own.find((one) => subjectOf(one) === service);
    if (!present) change.create.push(newStatus(lister, 'ServiceBGPStatus', { namespace, node, service }, { peers }));
    else if (String(present.status?.peers) !== String(peers)) {
      change.update.push({ ...present, status: { ...present.status, peers } });
    }
  }
  return change;
}
