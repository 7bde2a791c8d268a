/**
 * What the fabric is made of, as plain data: one operation is one thing the kernel is asked to do.
 *
 * `lab up --plan` prints these; `kernel/operations.ts` runs them. Interface indexes are given, not found, so that a
 * whole cluster can be described before anything exists, and so that `ip link` prints the same numbers every time.
 */

/** An interface's end: which namespace it is in, and what it is called and numbered there. */
export interface LinkEnd {
  namespace: string;
  link: string;
  /** ifindex; 0 lets the kernel choose (only for the machine's own namespace under `--attach`). */
  index: number;
  mac: string;
}

export type Operation =
  | { op: 'namespace.create'; namespace: string }
  | { op: 'namespace.delete'; namespace: string }
  /** `key` is a path below /proc/sys/net, for example `ipv4/ip_forward`. */
  | { op: 'sysctl.set'; namespace: string; key: string; value: string }
  | { op: 'bridge.create'; namespace: string; link: string; index: number; mac: string }
  | { op: 'veth.create'; a: LinkEnd; b: LinkEnd }
  | { op: 'link.up'; namespace: string; link: string; index: number; master?: number }
  | { op: 'link.down'; namespace: string; link: string; index: number }
  /** Waits until the kernel carries packets over it; for the end of a cable that is set up first. */
  | { op: 'link.ready'; namespace: string; link: string; index: number }
  | { op: 'link.delete'; namespace: string; link: string; index: number }
  | { op: 'address.add'; namespace: string; link: string; index: number; address: string; scope?: 'link' | 'host' }
  /** A permanent neighbour: nothing is asked, nothing is forgotten. */
  | { op: 'neighbour.add'; namespace: string; link: string; index: number; address: string; mac: string }
  | {
      op: 'route.add';
      namespace: string;
      /** CIDR, or `default`. */
      destination: string;
      link: string;
      index: number;
      gateway?: string;
      source?: string;
      scope?: 'link';
      /** What `ip route` prints as `proto`: Calico's own routes say `bird` for other nodes' blocks. */
      protocol?: 'boot' | 'bird';
      /** `local`: all addresses of the destination are the namespace's own. */
      kind?: 'unicast' | 'blackhole' | 'local';
      /** Another routing table than the usual one. */
      table?: number;
    }
  /** Packets with that mark are routed by that table. */
  | { op: 'rule.add'; namespace: string; mark: number; table: number };

/** The namespace in which an operation is carried out. */
export function namespaceOf(operation: Operation): string {
  return operation.op === 'veth.create' ? operation.a.namespace : operation.namespace;
}

/**
 * One thing of the fabric that comes and goes as a whole: the LAN, a machine, a pod's wiring.
 * `make` brings it about from nothing; `unmake` takes it away again.
 */
export interface Piece {
  /** Sortable name: `machine/k8s-node1`, `pod/default/myweb1`. */
  key: string;
  make: Operation[];
  unmake: Operation[];
}

/** Stages make independent pieces batchable: all operations of a stage may run before any of the next. */
const stages: Record<Operation['op'], number> = {
  'link.delete': 0,
  'namespace.delete': 1,
  'namespace.create': 2,
  'sysctl.set': 3,
  'bridge.create': 4,
  'veth.create': 5,
  'link.up': 7,
  'link.down': 7,
  'address.add': 7,
  'neighbour.add': 7,
  'route.add': 7,
  'rule.add': 7,
  'link.ready': 8,
};

/** A link's own settings come after the link, all others before: links inherit `conf/default` when they are made. */
const LINK_SETTINGS = 6;

function stageOf(operation: Operation): number {
  const ofLink = operation.op === 'sysctl.set' && /(conf|neigh)\/(?!all\/|default\/)/.test(operation.key);
  return ofLink ? LINK_SETTINGS : stages[operation.op];
}

/** Orders the operations of many pieces so that a namespace's work lies together; order inside a stage is kept. */
export function scheduleOperations(operations: readonly Operation[]): Operation[] {
  const order = new Map<string, number>();
  for (const operation of operations) {
    const namespace = namespaceOf(operation);
    if (!order.has(namespace)) order.set(namespace, order.size);
  }
  const rank = (operation: Operation) => order.get(namespaceOf(operation)) ?? 0;
  return operations
    .map((operation, position) => ({ operation, position }))
    .sort(
      (x, y) =>
        stageOf(x.operation) - stageOf(y.operation) || rank(x.operation) - rank(y.operation) || x.position - y.position,
    )
    .map(({ operation }) => operation);
}

/** What separates the pieces that are there from the pieces that are wanted. */
export interface Difference {
  /** Not wanted any more, or replaced. */
  gone: Piece[];
  /** New, or other than before. */
  fresh: Piece[];
}

export function differenceOf(present: ReadonlyMap<string, Piece>, wanted: readonly Piece[]): Difference {
  const keys = new Set(wanted.map((piece) => piece.key));
  const fresh = wanted.filter((piece) => !samePiece(present.get(piece.key), piece));
  const unwanted = [...present.values()].filter((piece) => !keys.has(piece.key));
  return { gone: [...unwanted, ...fresh.flatMap((piece) => present.get(piece.key) ?? [])], fresh };
}

/** What must run to get from the one to the other. */
export function operationsOf({ gone, fresh }: Difference): Operation[] {
  return [
    ...scheduleOperations(gone.flatMap((piece) => piece.unmake)),
    ...scheduleOperations(fresh.flatMap((piece) => piece.make)),
  ];
}

function samePiece(one: Piece | undefined, other: Piece): boolean {
  return one === other || (one !== undefined && JSON.stringify(one.make) === JSON.stringify(other.make));
}
