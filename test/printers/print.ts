/** Cells as kubectl would show them, with a clock at 2026-01-01T00:03:34Z. */
import type { KubeObject } from '../../src/api/object.js';
import { groupOf } from '../../src/api/object.js';
import type { Cell } from '../../src/printers/printer.js';
import { printerFor } from '../../src/printers/table.js';

export const created = '2026-01-01T00:00:00Z';
export const now = Date.parse('2026-01-01T00:03:34Z');

export function make(apiVersion: string, kind: string, name: string, rest: Record<string, unknown> = {}): KubeObject {
  return { apiVersion, kind, metadata: { name, namespace: 'default', creationTimestamp: created }, ...rest };
}

/** `HEADER: cell` of one object, in order; columns that only `-o wide` shows carry a star. */
export function cellsOf(object: KubeObject, minor = 30): Record<string, Cell> {
  const printer = printerFor(groupOf(object.apiVersion), object.kind);
  const context = { now, minor };
  const cells = printer.cells(object, context);
  const columns = printer.columns(context);
  if (columns.length !== cells.length) throw new Error(`${columns.length} columns but ${cells.length} cells`);
  const star = (priority: number) => (priority > 0 ? '*' : '');
  return Object.fromEntries(
    columns.map(({ name, priority }, index) => [`${name.toUpperCase()}${star(priority)}`, cells[index] ?? null]),
  );
}
