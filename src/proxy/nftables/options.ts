/**
 * kube-proxy's configuration, as far as nftables rules depend on it. Defaults are those of v1.30.5.
 */
import type { BalanceOptions, LocalTrafficDetector } from '../contract.js';

export interface NftablesOptions extends BalanceOptions {
  /** SNAT everything sent to a ClusterIP (`--masquerade-all`). */
  readonly masqueradeAll: boolean;
  /** Bit of the packet mark that asks for SNAT; 14 gives 0x4000. */
  readonly masqueradeBit: number;
  readonly localTrafficDetector: LocalTrafficDetector;
  /** CIDRs whose node addresses take node ports; empty means the node's primary address only, unlike in iptables mode. */
  readonly nodePortAddresses: readonly string[];
  /** All addresses on the node's interfaces; only read when `nodePortAddresses` is set and is not everything. */
  readonly interfaceAddresses: readonly string[];
  /** The node's primary address; default: the Node's InternalIP. */
  readonly nodeIP: string | undefined;
  /** Traffic to unallocated ClusterIPs is dropped when these are known (feature gate MultiCIDRServiceAllocator). */
  readonly serviceCIDRs: readonly string[];
}

const defaults: NftablesOptions = {
  balance: 'replayable',
  seed: 0,
  masqueradeAll: false,
  masqueradeBit: 14,
  localTrafficDetector: { kind: 'none' },
  nodePortAddresses: [],
  interfaceAddresses: [],
  nodeIP: undefined,
  serviceCIDRs: [],
};

/** Options completed with kube-proxy's defaults. Keep the result: memos hold by its identity. */
export function nftablesOptions(given: Partial<NftablesOptions> = {}): NftablesOptions {
  return { ...defaults, ...given };
}
