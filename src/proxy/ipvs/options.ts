/**
 * kube-proxy's configuration for IPVS mode. Defaults are those of v1.30.5 `KubeProxyConfiguration`.
 */
import type { LocalTrafficDetector } from '../contract.js';

/** What the kernel's IPVS can schedule by; the course names rr, lc, dh, sh, sed. */
export const schedulers = ['rr', 'wrr', 'lc', 'wlc', 'lblc', 'lblcr', 'sh', 'dh', 'sed', 'nq', 'mh'] as const;

export type Scheduler = (typeof schedulers)[number];

/** `ipvsadm --set`, in seconds; 0 leaves what the kernel has. */
export interface IpvsTimeouts {
  readonly tcp: number;
  readonly tcpFin: number;
  readonly udp: number;
}

export interface IpvsOptions {
  /** `--ipvs-scheduler`. */
  readonly scheduler: Scheduler;
  /** Answer ARP only for addresses of the interface asked, as MetalLB's layer-2 mode needs (`--ipvs-strict-arp`). */
  readonly strictARP: boolean;
  readonly timeouts: IpvsTimeouts;
  /** Virtual servers in them stay, whosever they are (`--ipvs-exclude-cidrs`). */
  readonly excludeCIDRs: readonly string[];
  readonly masqueradeAll: boolean;
  readonly masqueradeBit: number;
  readonly localTrafficDetector: LocalTrafficDetector;
  /** CIDRs whose node addresses take node ports; empty means all. */
  readonly nodePortAddresses: readonly string[];
  /** All addresses of the node but those of kube-ipvs0; default: its InternalIP. */
  readonly interfaceAddresses: readonly string[];
  readonly nodeIP: string | undefined;
  readonly randomFully: boolean;
}

const defaults: IpvsOptions = {
  scheduler: 'rr',
  strictARP: false,
  timeouts: { tcp: 0, tcpFin: 0, udp: 0 },
  excludeCIDRs: [],
  masqueradeAll: false,
  masqueradeBit: 14,
  localTrafficDetector: { kind: 'none' },
  nodePortAddresses: [],
  interfaceAddresses: [],
  nodeIP: undefined,
  randomFully: true,
};

/** Options completed with kube-proxy's defaults. Keep the result: memos hold by its identity. */
export function ipvsOptions(given: Partial<IpvsOptions> = {}): IpvsOptions {
  return { ...defaults, ...given };
}

export interface Sysctl {
  readonly key: string;
  readonly value: string;
}

/** Set once, when the mode starts. conn_reuse_mode is left alone: only kernels before 5.9 need it at 0. */
export function ipvsSysctls({ strictARP }: IpvsOptions): readonly Sysctl[] {
  const always = [
    ['net.ipv4.vs.conntrack', '1'],
    ['net.ipv4.vs.expire_nodest_conn', '1'],
    ['net.ipv4.vs.expire_quiescent_template', '1'],
    ['net.ipv4.ip_forward', '1'],
  ] as const;
  const arp = [
    ['net.ipv4.conf.all.arp_ignore', '1'],
    ['net.ipv4.conf.all.arp_announce', '2'],
  ] as const;
  return [...always, ...(strictARP ? arp : [])].map(([key, value]) => ({ key, value }));
}
