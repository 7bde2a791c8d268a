/**
 * kube-proxy's configuration, as far as iptables rules depend on it.
 *
 * Defaults are those of v1.30.5 `KubeProxyConfiguration`, but for `balance` (see design: replayable).
 */
import type { BalanceOptions, LocalTrafficDetector } from '../contract.js';

export interface IptablesOptions extends BalanceOptions {
  /** SNAT everything sent to a ClusterIP (`--masquerade-all`). */
  readonly masqueradeAll: boolean;
  /** Bit of the packet mark that asks for SNAT; 14 gives 0x4000. */
  readonly masqueradeBit: number;
  readonly localTrafficDetector: LocalTrafficDetector;
  /** CIDRs whose node addresses take node ports; empty means all (`--nodeport-addresses`). */
  readonly nodePortAddresses: readonly string[];
  /** All addresses on the node's interfaces; only read when `nodePortAddresses` is set. */
  readonly interfaceAddresses: readonly string[];
  /** Node ports on 127.0.0.1 (`--iptables-localhost-nodeports`). */
  readonly localhostNodePorts: boolean;
  /** The address by which source ranges decide whether this node may use a VIP; default: the Node's InternalIP. */
  readonly nodeIP: string | undefined;
  /** iptables >= 1.6.2 knows MASQUERADE --random-fully. */
  readonly randomFully: boolean;
  /** sysctl nf_conntrack_tcp_be_liberal is on: no DROP of INVALID packets. */
  readonly conntrackTcpLiberal: boolean;
  /** Count with the nfacct match, as kube-proxy >= 1.32 does where the kernel has it. */
  readonly nfacct: boolean;
  /** More endpoints than this drop the comments of per-endpoint rules (upstream `largeClusterEndpointsThreshold`). */
  readonly largeClusterEndpoints: number;
}

const defaults: IptablesOptions = {
  balance: 'replayable',
  seed: 0,
  masqueradeAll: false,
  masqueradeBit: 14,
  localTrafficDetector: { kind: 'none' },
  nodePortAddresses: [],
  interfaceAddresses: [],
  localhostNodePorts: true,
  nodeIP: undefined,
  randomFully: true,
  conntrackTcpLiberal: false,
  nfacct: false,
  largeClusterEndpoints: 1000,
};

/** Options completed with kube-proxy's defaults. Keep the result: memos hold by its identity. */
export function iptablesOptions(given: Partial<IptablesOptions> = {}): IptablesOptions {
  return { ...defaults, ...given };
}

/** The mark that asks for SNAT. */
export function masqueradeMark({ masqueradeBit }: IptablesOptions): number {
  return 2 ** masqueradeBit;
}
