/**
 * Keeps the fabric as it should be: holds which pieces are there, and runs what separates them from those wanted.
 * First start, change and tear-down are the same call. Calls are serialised: a change waits for the one before.
 */
import { differenceOf, type Operation, type Piece } from '../fabric/operation.js';
import { Namespaces, runOperations } from '../kernel/operations.js';

export class Wiring {
  readonly namespaces = new Namespaces();
  private readonly present = new Map<string, Piece>();
  private last: Promise<void> = Promise.resolve();

  /**
   * Adds or replaces these pieces and takes the named ones away. Resolves when the kernel has them. A piece may be
   * wanted several times over: many pods of one turn want the route to their block.
   */
  change(wanted: readonly Piece[], unwanted: readonly string[] = []): Promise<void> {
    const distinct = [...new Map(wanted.map((piece) => [piece.key, piece])).values()];
    const turn = this.last.then(() => this.run(distinct, unwanted));
    this.last = turn.catch(() => undefined);
    return turn;
  }

  /** What a change would do, for `--plan`. */
  plan(wanted: readonly Piece[], unwanted: readonly string[] = []): Operation[] {
    return differenceOf(this.affected(wanted, unwanted), onceEach(wanted));
  }

  private async run(wanted: readonly Piece[], unwanted: readonly string[]): Promise<void> {
    await runOperations(this.namespaces, this.plan(wanted, unwanted));
    for (const key of unwanted) this.present.delete(key);
    for (const piece of wanted) this.present.set(piece.key, piece);
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
