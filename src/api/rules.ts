/**
 * The API's rules in the form that a store asks for: defaults, refusals as status causes.
 */
import { applyDefaults } from './default/apply.js';
import { causesOf } from './field-error.js';
import type { KubeObject } from './object.js';
import type { StatusCause } from './status.js';
import { validate, validateUpdate } from './validate/validate.js';

/** Fits the registry's `ApiRules`. All functions are pure. */
export const apiRules = {
  /** The object with upstream's defaults filled in; the argument stays as it is. */
  applyDefaults,
  /** What is wrong with a defaulted and allocated object. */
  validate: (object: KubeObject): StatusCause[] => causesOf(validate(object)),
  /** What an update may not change, and what is wrong with the new object. */
  validateUpdate: (next: KubeObject, previous: KubeObject): StatusCause[] => causesOf(validateUpdate(next, previous)),
};
