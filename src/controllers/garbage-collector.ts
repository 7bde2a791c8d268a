/**
 * The garbage collector: what only existed for an owner goes when the owner goes.
 *
 * Source: `pkg/controller/garbagecollector/garbagecollector.go` attemptToDeleteItem, processDeletingDependentsItem,
 * orphanDependents.
 */
import type { OwnerReference } from 'kubernetes-types/meta/v1.js';
import { groupOf, type KubeObject, keyOf, keyText, type ObjectKey } from '../api/object.js';
import type { ChangeEvent, KindInfo } from '../registry/contract.js';
import { foregroundFinalizer, orphanFinalizer } from '../registry/delete.js';
import type { IndexedLister } from '../registry/indexes.js';
import type { Controller, Intent } from './contract.js';
import { withoutOwner } from './ownership.js';

/** A collector that knows these kinds: an owner of any other kind is taken as alive, since nobody could look it up. */
export function createGarbageCollector(kinds: readonly KindInfo[]): Controller {
  const known = new Set(kinds.map(({ group, kind }) => `${group}/${kind}`));
  return {
    name: 'garbage-collector',
    keysFor,
    reconcile: (key, lister) => {
      const object = lister.get(parseKey(key));
      return object ? [...collect(object, lister, known), ...finishDeletion(object, lister)] : [];
    },
  };
}

/** A gone or going owner concerns its dependents and itself; a gone dependent concerns the owners that wait for it. */
function keysFor({ type, object }: ChangeEvent, lister: IndexedLister): string[] {
  const self = keyText(keyOf(object));
  const dependents = lister.indexed('owner', object.metadata.uid ?? '').map((each) => keyText(keyOf(each)));
  if (type === 'DELETED') return [...dependents, ...ownersOf(object).map(({ key }) => keyText(key))];
  if (object.metadata.deletionTimestamp) return [self, ...dependents];
  return object.metadata.ownerReferences ? [self] : [];
}

function parseKey(text: string): ObjectKey {
  const [group = '', kind = '', namespace = '', name = ''] = text.split('/');
  return { group, kind, namespace, name };
}

function ownersOf(object: KubeObject): { reference: OwnerReference; key: ObjectKey }[] {
  const { ownerReferences = [], namespace = '' } = object.metadata;
  return ownerReferences.map((reference) => ({
    reference,
    key: { group: groupOf(reference.apiVersion), kind: reference.kind, namespace, name: reference.name },
  }));
}

/** The owner itself, in the object's namespace or cluster-wide, if it is still the same one. */
function liveOwner(key: ObjectKey, reference: OwnerReference, lister: IndexedLister): KubeObject | undefined {
  const owner = lister.get(key) ?? lister.get({ ...key, namespace: '' });
  return owner?.metadata.uid === reference.uid ? owner : undefined;
}

/** Is the owner to be waited for no longer? Gone, or deleting its dependents in the foreground. */
function isGoing(owner: KubeObject | undefined): boolean {
  if (!owner) return true;
  return Boolean(owner.metadata.deletionTimestamp) && (owner.metadata.finalizers ?? []).includes(foregroundFinalizer);
}

/** An object all of whose owners are gone or going goes; one that keeps an owner only loses the dead references. */
function collect(object: KubeObject, lister: IndexedLister, known: ReadonlySet<string>): Intent[] {
  const owners = ownersOf(object).map(({ reference, key }) => ({
    reference,
    foreign: !known.has(`${key.group}/${key.kind}`),
    owner: liveOwner(key, reference, lister),
  }));
  const dead = owners.filter(({ owner, foreign }) => !foreign && isGoing(owner));
  if (owners.length === 0 || dead.length === 0) return [];
  if (dead.length < owners.length) {
    const next = dead.reduce((left, { reference }) => withoutOwner(left, reference.uid), object);
    return [{ verb: 'update', object: next, reason: 'one of its owners is gone' }];
  }
  if (object.metadata.deletionTimestamp) return [];
  const foreground =
    dead.some(({ owner }) => owner !== undefined) && lister.indexed('owner', object.metadata.uid ?? '').length > 0;
  const propagationPolicy = foreground ? ('Foreground' as const) : ('Background' as const);
  const preconditions = { uid: object.metadata.uid ?? '' };
  return [
    { verb: 'delete', key: keyOf(object), options: { propagationPolicy, preconditions }, reason: 'its owner is gone' },
  ];
}

/** Removes the finalizers that deletion with Orphan or Foreground has set, once their work is done. */
function finishDeletion(object: KubeObject, lister: IndexedLister): Intent[] {
  const { deletionTimestamp, finalizers = [], uid = '' } = object.metadata;
  if (!deletionTimestamp) return [];
  const dependents = lister.indexed('owner', uid);
  if (finalizers.includes(orphanFinalizer)) {
    const freed = dependents.map(
      (each): Intent => ({ verb: 'update', object: withoutOwner(each, uid), reason: 'its owner leaves it an orphan' }),
    );
    return [...freed, removeFinalizer(object, orphanFinalizer)];
  }
  const blocked = dependents.some((each) =>
    each.metadata.ownerReferences?.some((owner) => owner.uid === uid && owner.blockOwnerDeletion),
  );
  return finalizers.includes(foregroundFinalizer) && !blocked ? [removeFinalizer(object, foregroundFinalizer)] : [];
}

function removeFinalizer(object: KubeObject, name: string): Intent {
  const { finalizers = [], ...metadata } = object.metadata;
  const left = finalizers.filter((each) => each !== name);
  const next = { ...object, metadata: left.length > 0 ? { ...metadata, finalizers: left } : metadata };
  return { verb: 'update', object: next, reason: `${name} is done` };
}
