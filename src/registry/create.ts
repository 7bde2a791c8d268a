/**
 * Create: name, defaults, strategy, allocation, validation, then into the table.
 *
 * Order as upstream: admission (the namespace), allocation, validation, existence. So a NodePort Service made twice is
 * refused for its port, as on a real cluster. Source: `registry/generic/registry/store.go` Create, `rest/create.go`.
 */
import type { Namespace } from 'kubernetes-types/core/v1.js';
import { type KubeObject, keyOf, keyText, type ObjectMeta, type Stored } from '../api/object.js';
import { type StatusCause, StatusError } from '../api/status.js';
import type { KindInfo, WriteOptions } from './contract.js';
import type { Core } from './core.js';
import { alreadyExists, forbidden, invalid, notFound } from './refusal.js';
import { strategyOf } from './strategy/table.js';

/** Must run inside a transaction. @throws StatusError */
export function createObject(core: Core, given: KubeObject, options: WriteOptions = {}): KubeObject {
  const info = core.kindOf(given);
  if (given.metadata.resourceVersion) {
    throw new StatusError('BadRequest', 'resourceVersion should not be set on objects to be created');
  }
  const namespace = namespaceOf(info, given.metadata);
  if (namespace !== '') checkNamespace(core, info, namespace, given.metadata.name ?? '');
  const defaulted = core.rulesFor(options).applyDefaults({ ...given, apiVersion: storedVersion(info) });
  const named = { ...defaulted, metadata: newMetadata(core, info, defaulted.metadata, namespace) };
  const object = prepare(core, info, named, options);
  core.rulesFor(options).admit?.({ operation: 'CREATE', object }, core.store);
  if (core.store.get(keyOf(object))) throw alreadyExists(info, object.metadata.name);
  return core.commit('ADDED', object);
}

/** Objects are stored in the kind's first version. */
export function storedVersion(info: KindInfo): string {
  const version = info.versions[0] ?? 'v1';
  return info.group === '' ? version : `${info.group}/${version}`;
}

/** The namespace an object lives in: `default` when a namespaced kind names none. */
export function namespaceOf(info: KindInfo, metadata: Pick<ObjectMeta, 'namespace'>): string {
  return info.namespaced ? metadata.namespace || 'default' : '';
}

function prepare(core: Core, info: KindInfo, named: KubeObject, options: WriteOptions): KubeObject {
  const strategy = strategyOf(info.group, info.kind);
  const context = core.context();
  const prepared = strategy.prepareForCreate?.(named, context) ?? named;
  const { object, causes } = strategy.allocate?.(prepared, undefined, context) ?? { object: prepared, causes: [] };
  refuseWhenInvalid(object, info, [...causes, ...core.rulesFor(options).validate(object)]);
  return object;
}

/** @throws StatusError Invalid when there is a cause; the same field and message count once. */
export function refuseWhenInvalid(object: KubeObject, info: KindInfo, causes: readonly StatusCause[]): void {
  const distinct = new Map(causes.map((cause) => [`${cause.field} ${cause.message}`, cause]));
  if (distinct.size > 0) throw invalid(object, info.group, [...distinct.values()]);
}

/** Source: admission plugin NamespaceLifecycle. */
function checkNamespace(core: Core, info: KindInfo, name: string, objectName: string): void {
  const namespaceKind = core.kindOfKey({ group: '', kind: 'Namespace', namespace: '', name });
  const namespace = core.store.get<Stored<Namespace>>({ group: '', kind: 'Namespace', namespace: '', name });
  if (!namespace) throw notFound(namespaceKind, name);
  if (namespace.metadata.deletionTimestamp) {
    throw forbidden(
      info,
      objectName,
      `unable to create new content in namespace ${name} because it is being terminated`,
    );
  }
}

function newMetadata(core: Core, info: KindInfo, given: ObjectMeta, namespace: string): ObjectMeta {
  const {
    namespace: _namespace,
    deletionTimestamp: _deletion,
    deletionGracePeriodSeconds: _grace,
    selfLink: _link,
    ...kept
  } = given;
  const place = namespace === '' ? {} : { namespace };
  const name = given.name || generatedName(core, info, given.generateName, namespace);
  const key = keyText({ group: info.group, kind: info.kind, namespace, name });
  return {
    ...kept,
    name,
    ...place,
    uid: core.identity.uidFor(key, core.transaction.undo),
    creationTimestamp: core.world.clock.timestamp(),
    ...(strategyOf(info.group, info.kind).generation ? { generation: 1 } : {}),
  };
}

function generatedName(core: Core, info: KindInfo, prefix: string | undefined, namespace: string): string {
  // Without either, validation says "name or generateName is required"; an empty name lets it.
  if (!prefix) return '';
  const { group, kind } = info;
  const taken = (name: string): boolean => core.store.get({ group, kind, namespace, name }) !== undefined;
  return core.identity.nameFor(`${group}/${kind}/${namespace}`, prefix, taken, core.transaction.undo);
}
