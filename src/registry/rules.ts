/**
 * What the registry needs to know of the API's own rules: handed in, so that storing and deciding stay apart.
 */
import type { KubeObject } from '../api/object.js';
import type { StatusCause } from '../api/status.js';

/** Defaulting and validation of objects; implemented in `api/`. All pure. */
export interface ApiRules {
  /** The object with upstream's defaults filled in. Never changes its argument. */
  applyDefaults(object: KubeObject): KubeObject;
  /** What is wrong with a (defaulted, allocated) object; empty when nothing is. */
  validate(object: KubeObject): StatusCause[];
  /** What an update may not change. */
  validateUpdate(next: KubeObject, previous: KubeObject): StatusCause[];
}

/** For objects that the lab itself has made from valid ones: nothing to default, nothing to refuse. */
export const trustingRules: ApiRules = {
  applyDefaults: (object) => object,
  validate: () => [],
  validateUpdate: () => [],
};
