/**
 * One piece of work at a time, for what must not be changed by two at once.
 */

/** Runs a piece of work when all that were asked for before it have ended, however they ended. */
export type InTurn = <T>(work: () => Promise<T>) => Promise<T>;

export function createTurns(): InTurn {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const turn = last.then(work);
    last = turn.catch(() => undefined);
    return turn;
  };
}
