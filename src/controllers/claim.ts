/**
 * Which of the objects that fit a selector belong to an owner: its own that still fit, orphans that it adopts, and its
 * own that it lets go because they no longer fit.
 *
 * Source: `pkg/controller/controller_ref_manager.go` ClaimObject. An owner being deleted claims and releases nothing.
 */
import type { LabelSelector } from 'kubernetes-types/meta/v1.js';
import type { KubeObject } from '../api/object.js';
import { matchesSelector } from '../api/selector.js';
import type { Intent } from './contract.js';
import { controllerOf, isControlledBy, withController, withoutOwner } from './ownership.js';

export interface Claim<T> {
  /** The owner's own that fit. */
  own: T[];
  /** Adoptions and releases; what they change comes back as a change. */
  intents: Intent[];
}

/** `candidates`: the owner's dependents and objects without a controller, of one kind and namespace. */
export function claim<T extends KubeObject>(
  owner: KubeObject,
  selector: LabelSelector | undefined,
  candidates: readonly T[],
): Claim<T> {
  const { uid = '', deletionTimestamp } = owner.metadata;
  const own: T[] = [];
  const intents: Intent[] = [];
  for (const object of candidates) {
    const fits = matchesSelector(selector, object.metadata.labels);
    if (isControlledBy(object, owner)) {
      if (fits) own.push(object);
      else if (!deletionTimestamp) {
        intents.push({
          verb: 'update',
          object: withoutOwner(object, uid),
          reason: 'its labels no longer match the selector',
        });
      }
    } else if (fits && !deletionTimestamp && !object.metadata.deletionTimestamp && !controllerOf(object)) {
      intents.push({
        verb: 'update',
        object: withController(object, owner),
        reason: 'it matches the selector and has no controller',
      });
    }
  }
  return { own, intents };
}
