/**
 * Events: LAST SEEN TYPE REASON OBJECT MESSAGE.
 *
 * Source: `pkg/printers/internalversion/printers.go`, `printEvent`.
 */
import type { Event } from 'kubernetes-types/core/v1.js';
import { since, unknownTime } from './duration.js';
import { column, nameOf, type PrintContext, printer, wide } from './printer.js';

/** `lastTimestamp` for events of the old API, `eventTime` for the new one. */
function eventTimes(event: Event, { now }: PrintContext): { first: string; last: string } {
  const first = event.firstTimestamp ? since(event.firstTimestamp, now) : since(event.eventTime, now);
  if (event.series) return { first, last: since(event.series.lastObservedTime, now) };
  const last = since(event.lastTimestamp || undefined, now);
  return { first, last: last === unknownTime ? first : last };
}

function eventSource(event: Event): string {
  const component = event.source?.component || event.reportingComponent || '';
  const instance = event.source?.host || event.reportingInstance || '';
  return instance === '' ? component : `${component}, ${instance}`;
}

function eventObject({ involvedObject }: Event): string {
  const kind = (involvedObject?.kind ?? '').toLowerCase();
  return involvedObject?.name ? `${kind}/${involvedObject.name}` : kind;
}

export const eventPrinter = printer<Event>(
  [
    ...['Last Seen', 'Type', 'Reason', 'Object'].map((name) => column(name)),
    wide('Subobject'),
    wide('Source'),
    column('Message'),
    wide('First Seen'),
    wide('Count'),
    column('Name', { priority: 1, format: 'name' }),
  ],
  (event, context) => {
    const { first, last } = eventTimes(event, context);
    return [
      last,
      event.type ?? '',
      event.reason ?? '',
      eventObject(event),
      event.involvedObject?.fieldPath ?? '',
      eventSource(event),
      (event.message ?? '').trim(),
      first,
      event.series?.count ?? (event.count || 1),
      nameOf(event),
    ];
  },
);
