/**
 * What the registry needs to know of the API's own rules: handed in, so that storing and deciding stay apart.
 */
import type { KubeObject } from '../api/object.js';
import type { StatusCause } from '../api/status.js';
import type { Lister } from './contract.js';

/** Defaulting and validation of objects; implemented in `api/`. All pure. */
export interface ApiRules {
  /** The object with upstream's defaults filled in. Never changes its argument. */
  applyDefaults(object: KubeObject): KubeObject;
  /** What is wrong with a (defaulted, allocated) object; empty when nothing is. */
  validate(object: KubeObject): StatusCause[];
  /** What an update may not change. */
  validateUpdate(next: KubeObject, previous: KubeObject): StatusCause[];
  /**
   * What validating webhooks say of a valid write, seeing what is stored beside it; absent: nothing.
   * @throws StatusError in the webhook's words
   */
  admit?(request: AdmissionRequest, lister: Lister): void;
}

/** A write as webhooks see it: `object` after it, for DELETE before it. */
export interface AdmissionRequest {
  operation: 'CREATE' | 'UPDATE' | 'DELETE';
  object: KubeObject;
}

/** For objects that the lab itself has made from valid ones: nothing to default, nothing to refuse. */
export const trustingRules: ApiRules = {
  applyDefaults: (object) => object,
  validate: () => [],
  validateUpdate: () => [],
};
