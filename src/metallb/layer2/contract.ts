/**
 * What the API side tells the speakers of a Service: everything that decides who announces it, except who is alive.
 */

/** Why an address is not announced from a node. The first block is the same on all nodes. Source: `speaker/main.go`. */
export type WithdrawReason =
  | 'notLoadBalancer'
  | 'noIPAllocated'
  | 'invalidIP'
  | 'ipNotAllowed'
  | 'loadBalancerIPChanged'
  | 'serviceDeleted'
  | 'sharedIPWithServiceSelector'
  | 'noMatchingAdvertisement'
  | 'notOwner';

/** Interfaces of a node that an address may be announced on; `all` when some advertisement names none. */
export type AnnouncedInterfaces = 'all' | readonly string[];

export interface ServiceAdvertisement {
  /** `namespace/name`. */
  service: string;
  /** The addresses in its status; the first one decides the election for all. */
  addresses: readonly string[];
  /** Why no node may announce it, whoever is alive. */
  withheld?: WithdrawReason;
  /** Nodes that an advertisement selects, with the interfaces to use there. */
  nodes: Readonly<Record<string, AnnouncedInterfaces>>;
  /** Of those, the nodes that may win if their speaker lives. */
  candidates: readonly string[];
  /**
   * Another one for every change of the Service or its slices, whatever changed: a speaker looks at the Service again, and
   * whoever announces it does so anew. Source: MetalLB `internal/k8s/controllers/service_controller.go`.
   */
  revision?: string;
  /** Sums of the weights of preferredNodeSelectors. */
  scores: Readonly<Record<string, number>>;
}

/** What one speaker does about a Service. */
export type Decision =
  | { announce: true; interfaces: AnnouncedInterfaces }
  | { announce: false; reason: WithdrawReason };
