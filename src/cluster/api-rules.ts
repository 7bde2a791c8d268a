/**
 * The API's rules as the registry takes them: defaults, validation, and what an update may not change.
 */
import { applyDefaults } from '../api/default/apply.js';
import { type FieldError, fieldErrorBody } from '../api/field-error.js';
import type { StatusCause } from '../api/status.js';
import { validate, validateUpdate } from '../api/validate/validate.js';
import { admitMetalLB } from '../metallb/webhook/admission.js';
import type { ApiRules } from '../registry/rules.js';

export const apiRules: ApiRules = {
  applyDefaults,
  validate: (object) => validate(object).map(causeOf),
  validateUpdate: (next, previous) => validateUpdate(next, previous).map(causeOf),
  admit: admitMetalLB,
};

function causeOf(error: FieldError): StatusCause {
  return { reason: error.reason, message: fieldErrorBody(error), field: error.field };
}
