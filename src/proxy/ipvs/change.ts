/**
 * The change between two IPVS states, as data for each tool.
 *
 * Order for the applier: sysctls, addresses to bind, sets, iptables, virtual servers, addresses to unbind.
 */
import { middles } from '../../model/common-ends.js';
import type { IpvsRuleSet } from './compile.js';
import type { Sysctl } from './options.js';
import { renderIpvsRestore } from './render.js';
import { ipvsJumps } from './rules.js';
import { changeSets, listChanges, renderSets } from './sets.js';
import {
  type RealServer,
  realServerKey,
  schedulingArguments,
  serverArguments,
  serviceArguments,
  type VirtualServer,
  virtualServerKey,
} from './virtual-server.js';

/** One step on the table of virtual servers. `retireServer` is not to be done blindly: see `graceful.ts`. */
export type ServerOperation =
  | { readonly operation: 'addService' | 'editService' | 'deleteService'; readonly service: VirtualServer }
  | {
      readonly operation: 'addServer' | 'editServer' | 'deleteServer' | 'retireServer';
      readonly service: VirtualServer;
      readonly server: RealServer;
    };

export interface IpvsChange {
  /** To set before all else; only the first time. */
  readonly sysctls: readonly Sysctl[];
  readonly bind: readonly string[];
  readonly unbind: readonly string[];
  /** `ipset restore` input, '' for none. */
  readonly sets: string;
  /** `iptables-restore --noflush` input, '' for none. */
  readonly iptables: string;
  readonly servers: readonly ServerOperation[];
}

function sameScheduling(a: VirtualServer, b: VirtualServer): boolean {
  return schedulingArguments(a) === schedulingArguments(b);
}

function serverChanges(service: VirtualServer, before: readonly RealServer[]): ServerOperation[] {
  const had = new Map(before.map((server) => [realServerKey(server), server]));
  const has = new Set(service.realServers.map(realServerKey));
  const fresh = service.realServers.filter((server) => !had.has(realServerKey(server)));
  const gone = before.filter((server) => !has.has(realServerKey(server)));
  return [
    ...fresh.map((server): ServerOperation => ({ operation: 'addServer', service, server })),
    ...gone.map((server): ServerOperation => ({ operation: 'retireServer', service, server })),
  ];
}

function servicesChanges(previous: readonly VirtualServer[], next: readonly VirtualServer[]): ServerOperation[] {
  const differing = middles(previous, next);
  const before = new Map(differing.before.map((service) => [virtualServerKey(service), service]));
  const after = new Set(differing.after.map(virtualServerKey));
  const kept = differing.after.flatMap((service): ServerOperation[] => {
    const old = before.get(virtualServerKey(service));
    if (old === service) return [];
    const servers = serverChanges(service, old?.realServers ?? []);
    if (old === undefined) return [{ operation: 'addService', service }, ...servers];
    return sameScheduling(old, service) ? servers : [{ operation: 'editService', service }, ...servers];
  });
  const gone = differing.before.filter((service) => !after.has(virtualServerKey(service)));
  return [...kept, ...gone.map((service): ServerOperation => ({ operation: 'deleteService', service }))];
}

/** What turns `previous` (undefined: nothing is there) into `next`; undefined when they are equal. */
export function planIpvs(previous: IpvsRuleSet | undefined, next: IpvsRuleSet): IpvsChange | undefined {
  const restore = renderIpvsRestore(next);
  const servers = servicesChanges(previous?.virtualServers ?? [], next.virtualServers);
  if (previous === undefined) {
    const { sysctls, addresses: bind, sets } = next;
    const iptables = renderIpvsRestore(next, ipvsJumps);
    return { sysctls, bind, unbind: [], sets: renderSets(sets), iptables, servers };
  }
  const addresses = listChanges(previous.addresses, next.addresses);
  const change: IpvsChange = {
    sysctls: next.sysctls.filter(
      ({ key, value }) => !previous.sysctls.some((old) => old.key === key && old.value === value),
    ),
    bind: addresses.fresh,
    unbind: addresses.gone,
    sets: changeSets(previous.sets, next.sets),
    iptables: renderIpvsRestore(previous) === restore ? '' : restore,
    servers,
  };
  const lists = [change.sysctls, change.bind, change.unbind, change.servers];
  return lists.every(({ length }) => length === 0) && change.sets + change.iptables === '' ? undefined : change;
}

/** The operation as one line of `ipvsadm` arguments. @throws for `retireServer`, which has to be decided first */
export function ipvsadmArguments(operation: ServerOperation): string {
  const { service } = operation;
  const address = serviceArguments(service);
  switch (operation.operation) {
    case 'addService':
      return `-A ${address} ${schedulingArguments(service)}`;
    case 'editService':
      return `-E ${address} ${schedulingArguments(service)}`;
    case 'deleteService':
      return `-D ${address}`;
    case 'addServer':
      return `-a ${address} ${serverArguments(operation.server)}`;
    case 'editServer':
      return `-e ${address} ${serverArguments(operation.server)}`;
    case 'deleteServer':
      return `-d ${address} -r ${realServerKey(operation.server)}`;
    case 'retireServer':
      throw new Error(`${address}: decide with retirement() whether ${realServerKey(operation.server)} drains or goes`);
  }
}
