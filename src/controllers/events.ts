/**
 * Events as `kubectl get events` and `describe` show them: repeated ones are counted, not repeated.
 *
 * Source: client-go `tools/record` (event.go, events_cache.go).
 * Differs: an Event's name ends in a hash of what it says instead of a timestamp, and Events are never spam-filtered.
 */
import type { Event } from 'kubernetes-types/core/v1.js';
import { type KubeObject, keyOf, keyText, type Stored } from '../api/object.js';
import { StatusError } from '../api/status.js';
import { digestOf } from '../model/derive.js';
import type { Registry } from '../registry/contract.js';
import type { Clock } from '../world/contract.js';
import type { EventInput } from './contract.js';

/** Length of the hexadecimal part of an Event's name, as upstream's `%x` of nanoseconds has it. */
const nameSuffixLength = 16;

/**
 * Record an event, or count it once more. An event about an object whose namespace is gone is dropped, as upstream.
 */
export function recordEvent(registry: Registry, clock: Clock, input: EventInput): void {
  const fresh = newEvent(input, clock.timestamp());
  const existing = registry.get<Stored<Event>>(keyOf(fresh));
  try {
    if (!existing) registry.create(fresh, { trusted: true });
    else registry.update(countAgain(existing, clock.timestamp()), { trusted: true });
  } catch (error) {
    if (!(error instanceof StatusError) || !['NotFound', 'Forbidden'].includes(error.reason)) throw error;
  }
}

function countAgain(existing: Stored<Event>, timestamp: string): KubeObject {
  return { ...existing, count: (existing.count ?? 1) + 1, lastTimestamp: timestamp };
}

function newEvent(input: EventInput, timestamp: string): KubeObject {
  const { involved, type, reason, message, component } = input;
  const { name, namespace, uid, resourceVersion } = involved.metadata;
  const identity = digestOf(keyText(keyOf(involved)), uid ?? '', type, reason, message, component);
  const reference = { apiVersion: involved.apiVersion, kind: involved.kind, name, namespace, uid, resourceVersion };
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: `${name}.${identity.slice(0, nameSuffixLength)}`, namespace: namespace || 'default' },
    involvedObject: Object.fromEntries(Object.entries(reference).filter(([, value]) => value !== undefined)),
    reason,
    message,
    source: { component },
    reportingComponent: component,
    reportingInstance: '',
    firstTimestamp: timestamp,
    lastTimestamp: timestamp,
    eventTime: null,
    count: 1,
    type,
  };
}
