/**
 * Events as `kubectl get events` and `describe` show them: repeated ones are counted, not repeated.
 *
 * Source: client-go `tools/record` (event.go, events_cache.go).
 * Differs: an Event's name ends in its time to the millisecond and a number, where a real one has nanoseconds; and Events are never spam-filtered.
 */
import type { Event } from 'kubernetes-types/core/v1.js';
import type { KubeObject, Stored } from '../api/object.js';
import { StatusError } from '../api/status.js';
import type { Registry } from '../registry/contract.js';
import type { IndexedLister } from '../registry/indexes.js';
import type { Clock } from '../world/contract.js';
import type { EventInput } from './contract.js';

/** Where Events are written, and found again. */
export type EventStore = Registry & IndexedLister;

type StoredEvent = Stored<Event> & KubeObject;

/**
 * Record an event, or count it once more. An event about an object whose namespace is gone is dropped, as upstream.
 */
export function recordEvent(registry: EventStore, clock: Clock, input: EventInput): void {
  const existing = eventsAbout(registry, input.involved).find((event) => saysTheSame(event, input));
  try {
    if (!existing) registry.create(newEvent(input, clock.timestamp(), nameSuffix(registry, clock)), { trusted: true });
    else registry.update(countAgain(existing, clock.timestamp()), { trusted: true });
  } catch (error) {
    if (!(error instanceof StatusError) || !['NotFound', 'Forbidden'].includes(error.reason)) throw error;
  }
}

function eventsAbout(registry: EventStore, { metadata }: KubeObject): StoredEvent[] {
  return metadata.uid === undefined ? [] : registry.indexed<StoredEvent>('event', metadata.uid);
}

/** Source: events_cache.go, getEventKey. */
function saysTheSame(event: StoredEvent, { type, reason, message, component }: EventInput): boolean {
  const same = event.type === type && event.reason === reason && event.message === message;
  return same && event.source?.component === component;
}

const nanosecondsPerMillisecond = 1_000_000;

/** Names of the Events about one object sort as they happened: kubectl shows those of one second in that order. */
function nameSuffix(registry: EventStore, clock: Clock): string {
  const number = registry.resourceVersion % nanosecondsPerMillisecond;
  return (BigInt(clock.now()) * BigInt(nanosecondsPerMillisecond) + BigInt(number)).toString(16);
}

function countAgain(existing: Stored<Event>, timestamp: string): KubeObject {
  return { ...existing, count: (existing.count ?? 1) + 1, lastTimestamp: timestamp };
}

function newEvent(input: EventInput, timestamp: string, suffix: string): KubeObject {
  const { involved, type, reason, message, component } = input;
  const { name, namespace, uid, resourceVersion } = involved.metadata;
  const reference = { apiVersion: involved.apiVersion, kind: involved.kind, name, namespace, uid, resourceVersion };
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: `${name}.${suffix}`, namespace: namespace || 'default' },
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
