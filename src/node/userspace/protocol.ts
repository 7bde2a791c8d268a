/**
 * What the daemon and a node's userspace proxy process say to each other.
 */
import type { ServiceProxy } from '../../proxy/userspace/service-proxy.js';

export type ProxyCommand =
  /** Opens these proxies, or gives those that are open other endpoints. */
  | { kind: 'serve'; id: number; proxies: ServiceProxy[] }
  /** Stops listening; connections go on until their ends close them. */
  | { kind: 'close'; id: number; keys: string[] };

export type ProxyReport = { kind: 'ready' } | { kind: 'done'; id: number; failures: string[] };
