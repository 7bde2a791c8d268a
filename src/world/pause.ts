/**
 * Waiting in a command that has nothing else to do: unlike a clock's timers, this keeps the process alive.
 */

/** Resolves after `ms` milliseconds. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
