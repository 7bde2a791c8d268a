/**
 * IPVS virtual and real servers, and how ipvsadm writes them.
 */
import type { Protocol, Provenance } from '../../model/traffic.js';
import { addressPort } from '../../model/traffic-address.js';
import type { Scheduler } from './options.js';

export interface RealServer {
  readonly address: string;
  readonly port: number;
  /** 1; 0 while it drains. */
  readonly weight: number;
}

export interface VirtualServer {
  readonly address: string;
  readonly port: number;
  readonly protocol: Protocol;
  readonly scheduler: Scheduler;
  /** Seconds a client stays with its real server, for ClientIP affinity. */
  readonly persistentSeconds?: number;
  /** The flag mh-port, which hashes the source port too; kube-proxy sets it by its number, which is that of sh-port. */
  readonly sourceHash?: true;
  readonly realServers: readonly RealServer[];
  readonly from: Provenance;
}

const flags: Record<Protocol, string> = { TCP: '-t', UDP: '-u', SCTP: '--sctp-service' };

/** Unique among virtual servers: `TCP 10.0.0.1:80`. */
export function virtualServerKey({
  protocol,
  address,
  port,
}: Pick<VirtualServer, 'protocol' | 'address' | 'port'>): string {
  return `${protocol} ${addressPort(address, port)}`;
}

/** Unique within a virtual server. */
export function realServerKey({ address, port }: Pick<RealServer, 'address' | 'port'>): string {
  return addressPort(address, port);
}

/** `-t 10.0.0.1:80`. */
export function serviceArguments({
  protocol,
  address,
  port,
}: Pick<VirtualServer, 'protocol' | 'address' | 'port'>): string {
  return `${flags[protocol]} ${addressPort(address, port)}`;
}

/** `-s rr -p 10800`: what -A and -E take after the address. */
export function schedulingArguments({ scheduler, persistentSeconds, sourceHash }: VirtualServer): string {
  const persistent = persistentSeconds === undefined ? '' : ` -p ${persistentSeconds}`;
  return `-s ${scheduler}${persistent}${sourceHash ? ' -b mh-port' : ''}`;
}

/** `-r 10.1.1.1:8080 -m -w 1`: kube-proxy always forwards by masquerading. */
export function serverArguments(server: RealServer): string {
  return `-r ${realServerKey(server)} -m -w ${server.weight}`;
}

/** All servers as `ipvsadm --restore` input. */
export function renderVirtualServers(servers: readonly VirtualServer[]): string {
  return servers
    .flatMap((server) => {
      const service = serviceArguments(server);
      const reals = server.realServers.map((real) => `-a ${service} ${serverArguments(real)}`);
      return [`-A ${service} ${schedulingArguments(server)}`, ...reals];
    })
    .map((line) => `${line}\n`)
    .join('');
}
