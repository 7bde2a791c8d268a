/**
 * What a printer is: the columns of a kind and the cells of one object. Printing is done by the server (`as=Table`);
 * kubectl only pads the cells and hides columns of priority 1 unless `-o wide` is given.
 *
 * Models: `pkg/printers/interface.go` and `metav1.TableColumnDefinition`.
 * Differs: column descriptions are empty; no kubectl shows them.
 */
import type { KubeObject } from '../api/object.js';
import { since } from './duration.js';

/** `null` is a value that the object does not have; kubectl leaves the cell empty. */
export type Cell = string | number | boolean | null;

export interface Column {
  name: string;
  type: 'string' | 'integer' | 'boolean' | 'date' | 'number';
  /** `name` marks the column that kubectl prefixes with the kind (`pod/web`). */
  format: '' | 'name';
  description: string;
  /** 0 always, higher only with `-o wide`. */
  priority: number;
}

/** `metav1.TableRowCondition`: lets a client tell finished pods without reading cells. */
export interface RowCondition {
  type: 'Completed';
  status: 'True';
  reason: string;
  message: string;
}

export interface PrintContext {
  /** Milliseconds since the epoch; ages are relative to it. */
  now: number;
  /** Minor version that the server claims (28 for v1.28.0): some kinds gained columns over time. */
  minor: number;
}

export interface Printer {
  columns(context: PrintContext): Column[];
  cells(object: KubeObject, context: PrintContext): Cell[];
  conditions?(object: KubeObject): RowCondition[];
}

type ColumnShape = Partial<Omit<Column, 'name'>>;

export function column(name: string, shape: ColumnShape = {}): Column {
  return { name, type: 'string', format: '', description: '', priority: 0, ...shape };
}

export function integer(name: string): Column {
  return column(name, { type: 'integer' });
}

/** A column that only `-o wide` shows. */
export function wide(name: string): Column {
  return column(name, { priority: 1 });
}

export const nameColumn = column('Name', { format: 'name' });
export const ageColumn = column('Age');

/**
 * A printer for one typed kind. `T` is the kind's typing from `kubernetes-types`, whose fields are all optional, so
 * `row` copes with an object that no controller has touched yet.
 */
export function printer<T>(columns: Column[], row: (object: T, context: PrintContext) => Cell[]): Printer {
  return {
    columns: () => columns,
    cells: (object, context) => row(object as unknown as T, context),
  };
}

/** AGE of any object. */
export function age(object: { metadata?: { creationTimestamp?: string } }, { now }: PrintContext): string {
  return since(object.metadata?.creationTimestamp, now);
}

/** NAME of any object. */
export function nameOf(object: { metadata?: { name?: string } }): string {
  return object.metadata?.name ?? '';
}
