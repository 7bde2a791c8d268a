/**
 * What every proxy mode is: a pure compiler from one node's traffic plan to a rule set, and from two rule sets to the
 * change between them. One engine a mode; engines share the plan and the rule languages, never each other.
 *
 * Upstream has the same seam as `proxy.Provider`, but there deciding, writing and running are one function.
 */
import type { NodeTraffic } from '../model/traffic.js';

export type { Provenance } from '../model/traffic.js';

export type ProxyMode = 'iptables' | 'ipvs' | 'nftables' | 'userspace';

/** `faithful` uses kube-proxy's own random choice; `replayable` a counter with a seeded start. */
export type Balance = 'faithful' | 'replayable';

/** What a new flow is balanced by, in the engines that choose by rule. */
export interface BalanceOptions {
  readonly balance: Balance;
  /** Shifts the start of every counter: neighbouring seeds always start elsewhere. */
  readonly seed: number;
}

/**
 * Which sources are pods of the cluster (kube-proxy's `--detect-local-mode`): they are not masqueraded on the way to a
 * ClusterIP, and skip the external traffic policy.
 */
export type LocalTrafficDetector =
  | { readonly kind: 'ClusterCIDR'; readonly cidr: string }
  | { readonly kind: 'NodeCIDR'; readonly cidr: string }
  | { readonly kind: 'BridgeInterface'; readonly name: string }
  | { readonly kind: 'InterfaceNamePrefix'; readonly prefix: string }
  | { readonly kind: 'none' };

/**
 * A proxy mode.
 *
 * `Options` is given in part and completed once by `options`; pass the same completed object to every `compile`, as the
 * engine remembers what it compiled for a service port by the identity of both.
 */
export interface ProxyEngine<Options, RuleSet, Change> {
  readonly mode: ProxyMode;
  /** Completes options with kube-proxy's defaults. */
  options(given?: Partial<Options>): Options;
  /** The node's whole rule set, as plain data. */
  compile(traffic: NodeTraffic, options: Options): RuleSet;
  /** The rule set as text: what `lab compile` prints and what goes to the kernel on a full sync. */
  render(ruleSet: RuleSet): string;
  /** What turns `previous` (undefined: nothing installed) into `next`; undefined when they are equal. */
  plan(previous: RuleSet | undefined, next: RuleSet): Change | undefined;
  /**
   * What leads to `next` from wherever things stand, which is known only by what the applier read back: after a failure,
   * or when kube-proxy starts again. Absent when `plan(undefined, next)` does that by itself.
   */
  resync?(observed: string, next: RuleSet): Change;
}
