/**
 * A local port of a userspace proxy that listens.
 */
import type { ServiceProxy } from '../../proxy/userspace/service-proxy.js';

export interface OpenProxy {
  readonly port: number;
  /** Other endpoints, or another affinity; connections go on. */
  update(proxy: ServiceProxy): void;
  /** Stops listening. */
  close(): void;
}
