/**
 * Taints of nodes and tolerations of pods.
 *
 * Source: `ValidateTolerations`, `validateNodeTaints`, `validateTaintEffect`, Kubernetes 1.30.
 */
import type { Taint, Toleration } from 'kubernetes-types/core/v1.js';
import { type FieldError, invalid, invalidEach, notSupported, required } from '../field-error.js';
import { GoText, goQuote } from '../go-value.js';
import { labelValueFormat, qualifiedNameFormat } from '../names.js';

const effects = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];

function effectErrors(field: string, effect: string | undefined): FieldError[] {
  return effect && !effects.includes(effect) ? [notSupported(field, effect, effects)] : [];
}

export function tolerationErrors(field: string, tolerations: readonly Toleration[]): FieldError[] {
  return tolerations.flatMap((toleration, i) => oneToleration(`${field}[${i}]`, toleration));
}

function oneToleration(field: string, toleration: Toleration): FieldError[] {
  const { key = '', operator = '', effect = '', tolerationSeconds } = toleration;
  const everything = 'operator must be Exists when `key` is empty, which means "match all values and all keys"';
  const noExecute = "effect must be 'NoExecute' when `tolerationSeconds` is set";
  return [
    ...(key ? invalidEach(`${field}.key`, key, qualifiedNameFormat(key)) : []),
    ...(key === '' && operator !== 'Exists' ? [invalid(`${field}.operator`, operator, everything)] : []),
    ...(tolerationSeconds !== undefined && effect !== 'NoExecute'
      ? [invalid(`${field}.effect`, effect, noExecute)]
      : []),
    ...operatorErrors(`${field}.operator`, toleration),
    ...effectErrors(`${field}.effect`, effect),
  ];
}

function operatorErrors(field: string, toleration: Toleration): FieldError[] {
  const { operator = '', value = '' } = toleration;
  if (operator === 'Exists') {
    if (value === '') return [];
    return [invalid(field, goToleration(toleration), "value must be empty when `operator` is 'Exists'")];
  }
  if (operator !== '' && operator !== 'Equal') return [notSupported(field, operator, ['Equal', 'Exists'])];
  const messages = labelValueFormat(value);
  return messages.length === 0 ? [] : [invalid(field, value, messages.join(';'))];
}

function goToleration({ key = '', operator = '', value = '', effect = '' }: Toleration): GoText {
  const texts = [
    `Key:${goQuote(key)}`,
    `Operator:${goQuote(operator)}`,
    `Value:${goQuote(value)}`,
    `Effect:${goQuote(effect)}`,
  ];
  return new GoText(`core.Toleration{${texts.join(', ')}, TolerationSeconds:(*int64)(nil)}`);
}

/** Upstream really gives `metadata.taints` as the field. */
export function taintErrors(field: string, taints: readonly Taint[]): FieldError[] {
  return taints.flatMap(({ key, value = '', effect }, i) => {
    const messages = labelValueFormat(value);
    const seen = taints.slice(0, i).some((other) => other.key === key && other.effect === effect);
    return [
      ...invalidEach(`${field}[${i}].key`, key ?? '', qualifiedNameFormat(key ?? '')),
      ...(messages.length > 0 ? [invalid(`${field}[${i}].value`, value, messages.join(';'))] : []),
      ...(effect ? effectErrors(`${field}[${i}].effect`, effect) : [required(`${field}[${i}].effect`)]),
      ...(seen ? [repeatedTaint(`${field}[${i}]`, { key, value, effect })] : []),
    ];
  });
}

function repeatedTaint(field: string, { key, value = '', effect }: Taint): FieldError {
  const texts = [`Key:${goQuote(key)}`, `Value:${goQuote(value)}`, `Effect:${goQuote(effect)}`, 'TimeAdded:<nil>'];
  const detail = 'taints must be unique by key and effect pair';
  return { reason: 'FieldValueDuplicate', field, value: new GoText(`core.Taint{${texts.join(', ')}}`), detail };
}
