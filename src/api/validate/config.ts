/**
 * ConfigMaps and Secrets.
 *
 * Source: `ValidateConfigMap`, `ValidateSecret` and their updates, Kubernetes 1.30.
 */
import type { ConfigMap, Secret } from 'kubernetes-types/core/v1.js';
import { type FieldError, forbidden, invalid, invalidEach, required, tooLong } from '../field-error.js';
import { configMapKey } from '../names.js';
import { byteLength } from './meta.js';
import { immutable, sameValue } from './values.js';

/** 1 MiB: `core.MaxSecretSize`, for ConfigMaps too. */
const sizeLimit = 1024 * 1024;

type Data = Readonly<Record<string, string>>;

export function validateConfigMap({ data = {}, binaryData = {} }: ConfigMap): FieldError[] {
  const size = textSize(data) + base64Size(binaryData);
  return [
    ...keyErrors('data', data),
    ...Object.keys(data)
      .filter((key) => binaryData[key] !== undefined)
      .map((key) => invalid(`data[${key}]`, key, 'duplicate of key present in binaryData')),
    ...keyErrors('binaryData', binaryData),
    ...(size > sizeLimit ? [tooLong('', sizeLimit)] : []),
  ];
}

export function validateConfigMapUpdate(next: ConfigMap, previous: ConfigMap): FieldError[] {
  return previous.immutable === true ? frozenErrors(next, previous, ['data', 'binaryData']) : [];
}

function keyErrors(field: string, data: Data): FieldError[] {
  return Object.keys(data).flatMap((key) => invalidEach(`${field}[${key}]`, key, configMapKey(key)));
}

function textSize(data: Data): number {
  return Object.values(data).reduce((sum, text) => sum + byteLength(text), 0);
}

/** Bytes behind base64 text: three for four characters. */
function base64Size(data: Data): number {
  return Object.values(data).reduce((sum, text) => sum + Math.floor((text.replace(/=+$/, '').length * 3) / 4), 0);
}

type Frozen = { immutable?: boolean; data?: Data; binaryData?: Data };

function frozenErrors(next: Frozen, previous: Frozen, fields: readonly ('data' | 'binaryData')[]): FieldError[] {
  const text = 'field is immutable when `immutable` is set';
  return [
    ...(next.immutable === true ? [] : [forbidden('immutable', text)]),
    ...fields.filter((field) => !sameValue(next[field], previous[field])).map((field) => forbidden(field, text)),
  ];
}

/** Keys that a Secret of a type must hold; of several in one row any will do. */
const neededKeys: Readonly<Record<string, readonly string[]>> = {
  'kubernetes.io/dockercfg': ['.dockercfg'],
  'kubernetes.io/dockerconfigjson': ['.dockerconfigjson'],
  'kubernetes.io/ssh-auth': ['ssh-privatekey'],
  'kubernetes.io/tls': ['tls.crt', 'tls.key'],
};

const accountName = 'kubernetes.io/service-account.name';

export function validateSecret({ metadata, data = {}, type = '' }: Secret): FieldError[] {
  return [
    ...keyErrors('data', data),
    ...(base64Size(data) > sizeLimit ? [tooLong('data', sizeLimit)] : []),
    ...(neededKeys[type] ?? []).filter((key) => data[key] === undefined).map((key) => required(`data[${key}]`)),
    ...(type === 'kubernetes.io/basic-auth' ? basicAuthErrors(data) : []),
    ...(type === 'kubernetes.io/service-account-token' && !metadata?.annotations?.[accountName]
      ? [required(`metadata.annotations[${accountName}]`)]
      : []),
  ];
}

function basicAuthErrors(data: Data): FieldError[] {
  if (data.username !== undefined || data.password !== undefined) return [];
  return [required('data[username]'), required('data[password]')];
}

export function validateSecretUpdate(next: Secret, previous: Secret): FieldError[] {
  return [
    ...immutable('type', next.type, previous.type),
    ...(previous.immutable === true ? frozenErrors(next, previous, ['data']) : []),
  ];
}
