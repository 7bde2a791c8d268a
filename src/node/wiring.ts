/**
 * Keeps the fabric as it should be: holds which pieces are there, and runs what separates them from those wanted.
 * First start, change and tear-down are the same call. Calls are serialised: a change waits for the one before.
 */
import { type Difference, differenceOf, type Operation, operationsOf, type Piece } from '../fabric/operation.js';
import { Namespaces, runOperations } from '../kernel/operations.js';
import { createTurns } from './in-turn.js';

export class Wiring {
  readonly namespaces = new Namespaces();
  private readonly present = new Map<string, Piece>();
  private readonly inTurn = createTurns();

  /**
   * Adds or replaces these pieces and takes the named ones away. Resolves when the kernel has them. A piece may be
   * wanted several times over: many pods of one turn want the route to their block. After a failure none of the pieces
   * that were to change is there, so that the next call starts from nothing.
   * @throws OperationError the first operation that the kernel refused
   */
  change(wanted: readonly Piece[], unwanted: readonly string[] = []): Promise<void> {
    return this.inTurn(() => this.run(wanted, unwanted));
  }

  /** What a change would do, for `--plan`. */
  plan(wanted: readonly Piece[], unwanted: readonly string[] = []): Operation[] {
    return operationsOf(this.difference(wanted, unwanted));
  }

  private difference(wanted: readonly Piece[], unwanted: readonly string[]): Difference {
    return differenceOf(this.affected(wanted, unwanted), onceEach(wanted));
  }

  private async run(wanted: readonly Piece[], unwanted: readonly string[]): Promise<void> {
    const difference = this.difference(wanted, unwanted);
    try {
      await runOperations(this.namespaces, operationsOf(difference));
    } catch (error) {
      await this.undo([...difference.fresh, ...difference.gone]);
      throw error;
    }
    for (const key of unwanted) this.present.delete(key);
    for (const piece of wanted) this.present.set(piece.key, piece);
  }

  /** Takes away what is there of half-made and half-unmade pieces. */
  private async undo(pieces: readonly Piece[]): Promise<void> {
    for (const { key, unmake } of pieces) {
      this.present.delete(key);
      for (const operation of unmake) {
        // What was never made cannot be taken away; the first error is the one that is told.
        await runOperations(this.namespaces, [operation]).catch(() => undefined);
      }
    }
  }

  private affected(wanted: readonly Piece[], unwanted: readonly string[]): Map<string, Piece> {
    const keys = [...wanted.map((piece) => piece.key), ...unwanted];
    return new Map(keys.flatMap((key) => (this.present.has(key) ? [[key, this.present.get(key) as Piece]] : [])));
  }
}

/** Pods of one change may want the same block: it is made once. */
const onceEach = (pieces: readonly Piece[]): Piece[] => [
  ...new Map(pieces.map((piece) => [piece.key, piece])).values(),
];
