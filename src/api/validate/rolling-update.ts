/**
 * Update strategies of Deployments and DaemonSets.
 *
 * Source: `ValidateDeploymentStrategy`, `ValidateRollingUpdateDaemonSet` and what they call, Kubernetes 1.30.
 */
import type { DaemonSetUpdateStrategy, DeploymentStrategy } from 'kubernetes-types/apps/v1.js';
import { type FieldError, forbidden, invalid, invalidEach, notSupported, required } from '../field-error.js';
import { GoText, goIntOrString, goQuote } from '../go-value.js';
import { percent } from '../names.js';
import { nonNegative } from './values.js';

type Amount = number | string;

export function deploymentStrategyErrors(field: string, strategy: DeploymentStrategy): FieldError[] {
  const { type = '', rollingUpdate } = strategy;
  const path = `${field}.rollingUpdate`;
  if (type === 'Recreate') {
    const text = "may not be specified when strategy `type` is 'Recreate'";
    return rollingUpdate === undefined ? [] : [forbidden(path, text)];
  }
  if (type !== 'RollingUpdate')
    return [unknownStrategy(field, 'DeploymentStrategy', strategy, ['Recreate', 'RollingUpdate'])];
  if (rollingUpdate === undefined) return [required(path, 'this should be defaulted and never be nil')];
  const { maxUnavailable = 0, maxSurge = 0 } = rollingUpdate;
  const stuck = amountOf(maxUnavailable) === 0 && amountOf(maxSurge) === 0;
  return [
    ...amountErrors(`${path}.maxUnavailable`, maxUnavailable),
    ...amountErrors(`${path}.maxSurge`, maxSurge),
    ...(stuck
      ? [invalid(`${path}.maxUnavailable`, goIntOrString(maxUnavailable), 'may not be 0 when `maxSurge` is 0')]
      : []),
    ...notOverHundred(`${path}.maxUnavailable`, maxUnavailable),
  ];
}

export function daemonSetStrategyErrors(field: string, strategy: DaemonSetUpdateStrategy): FieldError[] {
  const { type = '', rollingUpdate } = strategy;
  const path = `${field}.rollingUpdate`;
  if (type === 'OnDelete') return [];
  if (type !== 'RollingUpdate')
    return [unknownStrategy(field, 'DaemonSetUpdateStrategy', strategy, ['RollingUpdate', 'OnDelete'])];
  if (rollingUpdate === undefined) return [required(path)];
  const { maxUnavailable = 0, maxSurge = 0 } = rollingUpdate as { maxUnavailable?: Amount; maxSurge?: Amount };
  return [
    ...amountErrors(`${path}.maxUnavailable`, maxUnavailable),
    ...amountErrors(`${path}.maxSurge`, maxSurge),
    ...notOverHundred(`${path}.maxUnavailable`, maxUnavailable),
    ...notOverHundred(`${path}.maxSurge`, maxSurge),
    ...exactlyOne(path, maxUnavailable, maxSurge),
  ];
}

/** A daemon's pod is either replaced before or after, not both. */
function exactlyOne(path: string, maxUnavailable: Amount, maxSurge: Amount): FieldError[] {
  const [unavailable, surge] = [amountOf(maxUnavailable) !== 0, amountOf(maxSurge) !== 0];
  if (unavailable !== surge) return [];
  if (!unavailable) return [required(`${path}.maxUnavailable`, 'cannot be 0 when maxSurge is 0')];
  return [invalid(`${path}.maxSurge`, goIntOrString(maxSurge), 'may not be set when maxUnavailable is non-zero')];
}

/** Go prints the address of a set pointer, which says nothing and changes; here it is always the same. */
function unknownStrategy(
  field: string,
  struct: string,
  strategy: { type?: string; rollingUpdate?: object },
  supported: string[],
): FieldError {
  const { type = '', rollingUpdate } = strategy;
  const update = struct === 'DeploymentStrategy' ? 'RollingUpdateDeployment' : 'RollingUpdateDaemonSet';
  const pointer = `(*apps.${update})(${rollingUpdate === undefined ? 'nil' : '0xc000000000'})`;
  return notSupported(field, new GoText(`apps.${struct}{Type:${goQuote(type)}, RollingUpdate:${pointer}}`), supported);
}

function amountErrors(field: string, amount: Amount): FieldError[] {
  return typeof amount === 'number'
    ? nonNegative(field, amount)
    : invalidEach(field, goIntOrString(amount), percent(amount));
}

/** The number before a percent sign, or the number; other text counts as 0 (`IntOrString.IntValue`). */
function amountOf(amount: Amount): number {
  return typeof amount === 'number' ? amount : Number(/^(\d+)%?$/.exec(amount)?.[1] ?? 0);
}

function notOverHundred(field: string, amount: Amount): FieldError[] {
  const over = typeof amount === 'string' && percent(amount).length === 0 && amountOf(amount) > 100;
  return over ? [invalid(field, goIntOrString(amount), 'must not be greater than 100%')] : [];
}
