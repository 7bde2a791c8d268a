/**
 * Carrying out one intent through the registry. The only place where controllers' wishes become writes.
 */
import type { KubeObject } from '../api/object.js';
import { StatusError } from '../api/status.js';
import type { Clock } from '../world/contract.js';
import type { EventTemplate, Intent } from './contract.js';
import { type EventStore, recordEvent } from './events.js';

/** A write intent: everything but `requeue`, which is the runner's own. */
export type WriteIntent = Exclude<Intent, { verb: 'requeue' }>;

/** @throws StatusError when the registry refuses; a deletion of what is gone is no error. */
export function carryOut(intent: WriteIntent, registry: EventStore, clock: Clock): void {
  switch (intent.verb) {
    case 'create':
      return carryOutCreate(intent, registry, clock);
    case 'update':
      registry.update(intent.object, { trusted: true });
      return;
    case 'updateStatus':
      registry.update(withoutVersion(intent.object), { subresource: 'status', trusted: true });
      return;
    case 'finalize':
      registry.update(withoutVersion(intent.object), { subresource: 'finalize', trusted: true });
      return;
    case 'delete':
      return carryOutDelete(intent, registry, clock);
    case 'event':
      return recordEvent(registry, clock, intent.event);
  }
}

function carryOutCreate(intent: Extract<Intent, { verb: 'create' }>, registry: EventStore, clock: Clock): void {
  try {
    const created = registry.create(intent.object);
    if (intent.onSuccess) recordEvent(registry, clock, fill(intent.onSuccess, '{name}', created.metadata.name));
  } catch (error) {
    if (intent.onFailure && error instanceof StatusError) {
      recordEvent(registry, clock, fill(intent.onFailure, '{error}', error.message));
    }
    throw error;
  }
}

function carryOutDelete(intent: Extract<Intent, { verb: 'delete' }>, registry: EventStore, clock: Clock): void {
  try {
    registry.delete(intent.key, intent.options);
  } catch (error) {
    if (error instanceof StatusError && error.reason === 'NotFound') return;
    throw error;
  }
  if (intent.onSuccess) recordEvent(registry, clock, intent.onSuccess);
}

function fill(template: EventTemplate, placeholder: string, text: string): EventTemplate {
  return { ...template, message: template.message.replace(placeholder, () => text) };
}

/** A status or finalizer write replaces only its own part, so it needs no version check. */
function withoutVersion(object: KubeObject): KubeObject {
  const { resourceVersion: _unchecked, ...metadata } = object.metadata;
  return { ...object, metadata };
}
