/**
 * The change between two IPVS states, as data for each tool.
 *
 * Order for the applier: sysctls, addresses to bind, sets, iptables, virtual servers, addresses to unbind.
 */
import { middles } from '../../model/common-ends.js';
import { cidrContains } from '../../model/traffic-address.js';
import { missing } from '../xtables/ensure.js';
import { savedLine } from '../xtables/save-text.js';
import type { IpvsRuleSet } from './compile.js';
import { type ObservedTexts, readObserved } from './observed.js';
import type { Sysctl } from './options.js';
import { renderIpvsRestore, timeoutArguments } from './render.js';
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
  /** To set before all else; only when kube-proxy starts. */
  readonly sysctls: readonly Sysctl[];
  /** Arguments of `ipvsadm`; likewise. */
  readonly timeouts?: string | undefined;
  /** Whether kube-ipvs0 is to be made first. */
  readonly makeLink: boolean;
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
  const reweighed = service.realServers.filter((server) => {
    const old = had.get(realServerKey(server));
    return old !== undefined && old.weight !== server.weight;
  });
  const gone = before.filter((server) => !has.has(realServerKey(server)));
  return [
    ...fresh.map((server): ServerOperation => ({ operation: 'addServer', service, server })),
    ...reweighed.map((server): ServerOperation => ({ operation: 'editServer', service, server })),
    ...gone.map((server): ServerOperation => ({ operation: 'retireServer', service, server })),
  ];
}

type Servers = Pick<IpvsRuleSet, 'virtualServers' | 'excludeCIDRs'>;

function servicesChanges(previous: readonly VirtualServer[], next: Servers): ServerOperation[] {
  const differing = middles(previous, next.virtualServers);
  const before = new Map(differing.before.map((service) => [virtualServerKey(service), service]));
  const after = new Set(differing.after.map(virtualServerKey));
  const kept = differing.after.flatMap((service): ServerOperation[] => {
    const old = before.get(virtualServerKey(service));
    if (old === service) return [];
    const servers = serverChanges(service, old?.realServers ?? []);
    if (old === undefined) return [{ operation: 'addService', service }, ...servers];
    return sameScheduling(old, service) ? servers : [{ operation: 'editService', service }, ...servers];
  });
  const gone = differing.before.filter(
    (service) => !after.has(virtualServerKey(service)) && !isExcluded(service, next.excludeCIDRs),
  );
  return [...kept, ...gone.map((service): ServerOperation => ({ operation: 'deleteService', service }))];
}

function isExcluded({ address }: VirtualServer, cidrs: readonly string[]): boolean {
  return cidrs.some((cidr) => cidrContains(cidr, address));
}

/** What turns `previous` (undefined: nothing is there) into `next`; undefined when they are equal. */
export function planIpvs(previous: IpvsRuleSet | undefined, next: IpvsRuleSet): IpvsChange | undefined {
  const restore = renderIpvsRestore(next);
  const servers = servicesChanges(previous?.virtualServers ?? [], next);
  if (previous === undefined) {
    const { sysctls, addresses: bind, sets } = next;
    const iptables = renderIpvsRestore(next, ipvsJumps);
    const timeouts = timeoutArguments(next.timeouts);
    return { sysctls, timeouts, makeLink: true, bind, unbind: [], sets: renderSets(sets), iptables, servers };
  }
  const addresses = listChanges(previous.addresses, next.addresses);
  const change: IpvsChange = {
    sysctls: next.sysctls.filter(
      ({ key, value }) => !previous.sysctls.some((old) => old.key === key && old.value === value),
    ),
    makeLink: false,
    bind: addresses.fresh,
    unbind: addresses.gone,
    sets: changeSets(previous.sets, next.sets),
    iptables: renderIpvsRestore(previous) === restore ? '' : restore,
    servers,
  };
  const lists = [change.sysctls, change.bind, change.unbind, change.servers];
  return lists.every(({ length }) => length === 0) && change.sets + change.iptables === '' ? undefined : change;
}

/**
 * What leads to `next` from what the tools printed: kube-proxy's sync when it starts. Connections go on, real servers that
 * drained go on to drain, and virtual servers of nobody's go.
 */
export function resyncIpvs(observed: string, next: IpvsRuleSet): IpvsChange {
  const texts = JSON.parse(observed) as ObservedTexts;
  const there = readObserved(texts, next.family);
  const addresses = listChanges(there.addresses, next.addresses);
  const known = new Set(there.sets.map(({ name }) => name));
  const missingSets = next.sets.filter(({ name }) => !known.has(name));
  return {
    sysctls: next.sysctls,
    timeouts: timeoutArguments(next.timeouts),
    makeLink: !there.hasLink,
    bind: addresses.fresh,
    unbind: addresses.gone,
    sets:
      renderSets(missingSets) +
      changeSets(
        there.sets,
        next.sets.filter(({ name }) => known.has(name)),
      ),
    iptables: renderIpvsRestore(next, missing(ipvsJumps, texts.rules)),
    servers: servicesChanges(there.virtualServers, next),
  };
}

/**
 * Whether what the tools printed is what was installed; servers that drain are no difference.
 * Differs: in IPVS mode rules that others added to kube-proxy's chains stay; kube-proxy writes all its rules each sync period.
 */
export function isIntact(observed: string, installed: IpvsRuleSet): boolean {
  const { rules } = JSON.parse(observed) as ObservedTexts;
  const { makeLink, bind, unbind, sets, servers } = resyncIpvs(observed, installed);
  const drains = (one: ServerOperation) => one.operation === 'retireServer' && one.server.weight === 0;
  if (makeLink || bind.length + unbind.length > 0 || sets !== '' || !servers.every(drains)) return false;
  const present = new Set(rules.split('\n'));
  const { nat, filter } = installed;
  return missing(ipvsJumps, rules).length === 0 && [...nat, ...filter].every((rule) => present.has(savedLine(rule)));
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
