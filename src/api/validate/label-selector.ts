/**
 * Label selectors as objects hold them.
 *
 * Source: apimachinery `pkg/apis/meta/v1/validation/validation.go` (`ValidateLabelSelector`).
 */
import type { LabelSelector, LabelSelectorRequirement } from 'kubernetes-types/meta/v1.js';
import { type FieldError, forbidden, invalid, invalidEach, required } from '../field-error.js';
import { labelValueFormat, qualifiedNameFormat } from '../names.js';
import { validateLabels } from './meta.js';

export function selectorErrors(field: string, selector: LabelSelector | undefined): FieldError[] {
  const { matchLabels, matchExpressions = [] } = selector ?? {};
  return [
    ...validateLabels(`${field}.matchLabels`, matchLabels),
    ...matchExpressions.flatMap((item, i) => requirementErrors(`${field}.matchExpressions[${i}]`, item)),
  ];
}

function requirementErrors(field: string, { key, operator, values = [] }: LabelSelectorRequirement): FieldError[] {
  return [
    ...operatorErrors(field, operator, values.length),
    ...invalidEach(`${field}.key`, key ?? '', qualifiedNameFormat(key ?? '')),
    ...values.flatMap((value, i) => invalidEach(`${field}.values[${i}]`, value, labelValueFormat(value))),
  ];
}

function operatorErrors(field: string, operator: string, count: number): FieldError[] {
  switch (operator) {
    case 'In':
    case 'NotIn':
      return count > 0 ? [] : [required(`${field}.values`, "must be specified when `operator` is 'In' or 'NotIn'")];
    case 'Exists':
    case 'DoesNotExist': {
      const text = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'";
      return count === 0 ? [] : [forbidden(`${field}.values`, text)];
    }
    default:
      return [invalid(`${field}.operator`, operator ?? '', 'not a valid selector operator')];
  }
}
