/**
 * Distributing endpoints over slices: keep what is there where it is, fill slices that change anyway, and prefer making
 * one slice to touching several.
 *
 * Source: `staging/src/k8s.io/endpointslice/reconciler.go` reconcileByPortMapping.
 */
import type { Endpoint, EndpointPort, EndpointSlice } from 'kubernetes-types/discovery/v1.js';
import { type KubeObject, keyOf, type Stored } from '../../api/object.js';
import { deepEqual } from '../../registry/plain-data.js';
import type { Intent } from '../contract.js';

export type StoredSlice = Stored<EndpointSlice>;

/** The endpoints that one resolved set of ports leads to. */
export interface PortSet {
  ports: EndpointPort[];
  /** In order; equal addresses do not occur twice. */
  endpoints: Endpoint[];
}

export interface SliceOwner {
  /** A slice without endpoints: its generateName, labels, annotations and owner. */
  blank: KubeObject;
  /** Most endpoints in one slice. */
  capacity: number;
}

/** Slice contents on their way. */
interface Draft {
  slice: StoredSlice | undefined;
  endpoints: Endpoint[];
  changed: boolean;
}

/** The writes that make the slices hold exactly the port sets. */
export function planSlices(existing: readonly StoredSlice[], wanted: readonly PortSet[], owner: SliceOwner): Intent[] {
  const unused = new Set(existing);
  const sets = wanted.length > 0 ? wanted : [{ ports: [], endpoints: [] }];
  const intents = sets.flatMap((set) => {
    const own = existing.filter((slice) => deepEqual(portsOf(slice.ports), portsOf(set.ports)));
    for (const slice of own) unused.delete(slice);
    return planPortSet(own, set, owner, wanted.length === 0);
  });
  const removals = [...unused].map(
    (slice): Intent => ({ verb: 'delete', key: keyOf(slice), reason: 'no endpoint has these ports any more' }),
  );
  return reuse([...intents, ...removals], existing);
}

/** A slice that would go takes the content of one that would be made, so that names live on. Source: finalize. */
function reuse(intents: readonly Intent[], existing: readonly StoredSlice[]): Intent[] {
  const going = intents
    .filter((intent) => intent.verb === 'delete')
    .map(({ key }) => existing.find((slice) => slice.metadata.name === key.name));
  const spared = new Set<string>();
  const updates = intents.map((intent): Intent => {
    const slice = intent.verb === 'create' ? going.shift() : undefined;
    if (!slice || intent.verb !== 'create') return intent;
    spared.add(slice.metadata.name);
    return { verb: 'update', object: withContent(slice, intent.object), reason: intent.reason };
  });
  return updates.filter((intent) => intent.verb !== 'delete' || !spared.has(intent.key.name));
}

/** The slice with the ports, endpoints, labels and annotations of `content`. */
function withContent(slice: StoredSlice, content: KubeObject): KubeObject {
  const { annotations: _owned, ...metadata } = slice.metadata;
  const { labels = metadata.labels, annotations } = content.metadata;
  const { endpoints, ports } = content;
  return { ...slice, endpoints, ports, metadata: { ...metadata, labels, ...(annotations ? { annotations } : {}) } };
}

/** Ports as texts that compare; their order says nothing. */
function portsOf(ports: readonly EndpointPort[] | undefined): string[] {
  const text = ({ name, protocol, port, appProtocol }: EndpointPort): string =>
    [name, protocol, port, appProtocol].join(' ');
  return (ports ?? []).map(text).sort();
}

function planPortSet(existing: readonly StoredSlice[], set: PortSet, owner: SliceOwner, keepEmpty: boolean): Intent[] {
  const drafts = retain(existing, set.endpoints);
  const placed = new Set(drafts.flatMap(({ endpoints }) => endpoints.map(identity)));
  const rest = set.endpoints.filter((endpoint) => !placed.has(identity(endpoint)));
  distribute(drafts, rest, owner.capacity);
  if (drafts.length === 0 && keepEmpty) drafts.push({ slice: undefined, endpoints: [], changed: true });
  const kept = keepEmpty ? drafts[0] : undefined;
  return drafts.flatMap((draft) => writeDraft(draft, set, owner, draft === kept));
}

/** What stays in the slice where it is, with its new conditions. */
function retain(existing: readonly StoredSlice[], wanted: readonly Endpoint[]): Draft[] {
  const byIdentity = new Map(wanted.map((endpoint) => [identity(endpoint), endpoint]));
  return existing.map((slice) => {
    const endpoints = (slice.endpoints ?? []).flatMap((endpoint) => {
      const next = byIdentity.get(identity(endpoint));
      byIdentity.delete(identity(endpoint));
      return next ? [next] : [];
    });
    return { slice, endpoints, changed: !deepEqual(endpoints, slice.endpoints ?? []) };
  });
}

/** The same pod at the same address is the same endpoint. */
function identity({ addresses, targetRef }: Endpoint): string {
  return `${addresses[0]} ${targetRef?.uid ?? ''}`;
}

function distribute(drafts: Draft[], endpoints: readonly Endpoint[], capacity: number): void {
  let rest = [...endpoints];
  const fill = (draft: Draft): void => {
    const room = capacity - draft.endpoints.length;
    if (room <= 0 || rest.length === 0) return;
    draft.endpoints.push(...rest.slice(0, room));
    draft.changed = true;
    rest = rest.slice(room);
  };
  for (const draft of drafts.filter(({ changed }) => changed)) fill(draft);
  while (rest.length > 0) {
    const roomy =
      rest.length < capacity ? drafts.find((draft) => draft.endpoints.length + rest.length <= capacity) : undefined;
    const draft = roomy ?? { slice: undefined, endpoints: [], changed: true };
    if (!roomy) drafts.push(draft);
    fill(draft);
  }
}

function writeDraft(draft: Draft, set: PortSet, { blank }: SliceOwner, keepEmpty: boolean): Intent[] {
  const { slice, endpoints } = draft;
  if (slice && endpoints.length === 0 && !keepEmpty) {
    return [{ verb: 'delete', key: keyOf(slice), reason: 'it has no endpoints left' }];
  }
  const sorted = [...endpoints].sort(compareEndpoints);
  const content = { ...blank, endpoints: sorted, ports: set.ports };
  if (!slice) return [{ verb: 'create', object: content, reason: 'endpoints without a slice' }];
  const object = withContent(slice, content);
  return deepEqual(object, slice)
    ? []
    : [{ verb: 'update', object, reason: 'its endpoints or the labels of its Service changed' }];
}

/** By name of the pod, then by address: the order in which pods became ready must not show. */
function compareEndpoints(left: Endpoint, right: Endpoint): number {
  const text = ({ targetRef, addresses }: Endpoint): string => `${targetRef?.name ?? ''} ${addresses[0]}`;
  return text(left) < text(right) ? -1 : 1;
}
