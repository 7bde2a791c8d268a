/**
 * Configuration of the userspace mode (kube-proxy 1.0 to 1.25; the default through 1.1).
 */
import type { BalanceOptions } from '../contract.js';

export interface UserspaceOptions extends BalanceOptions {
  /** Where the proxy process listens; 0.0.0.0 lets REDIRECT reach it. */
  readonly listenIP: string;
  /** The address that the node's own traffic is sent to; default: the Node's InternalIP. */
  readonly hostIP: string | undefined;
  /** Local ports of the proxies (`--proxy-port-range`): below the node ports and the kernel's ephemeral ports. */
  readonly proxyPorts: { readonly first: number; readonly last: number };
}

const defaults: UserspaceOptions = {
  balance: 'replayable',
  seed: 0,
  listenIP: '0.0.0.0',
  hostIP: undefined,
  proxyPorts: { first: 10000, last: 29999 },
};

/** Options completed with kube-proxy's defaults. */
export function userspaceOptions(given: Partial<UserspaceOptions> = {}): UserspaceOptions {
  return { ...defaults, ...given };
}
