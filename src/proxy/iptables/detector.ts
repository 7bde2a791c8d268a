/**
 * The local traffic detector as matches: who counts as a pod (upstream `pkg/proxy/util/iptables/traffic.go`).
 */
import type { LocalTrafficDetector } from '../contract.js';
import type { Match } from '../xtables/rule.js';

/** Matches pod sources, or with `negate` all others; undefined when nothing detects them. */
export function localTraffic(detector: LocalTrafficDetector, negate = false): Match | undefined {
  switch (detector.kind) {
    case 'ClusterCIDR':
    case 'NodeCIDR':
      return { match: 'source', cidr: detector.cidr, negate };
    case 'BridgeInterface':
      return { match: 'inInterface', name: detector.name, negate };
    case 'InterfaceNamePrefix':
      return { match: 'inInterface', name: `${detector.prefix}+`, negate };
    case 'none':
      return undefined;
  }
}
