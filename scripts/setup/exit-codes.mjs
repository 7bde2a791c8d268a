/** Exit codes of everything in `scripts/`, the same as the command line's (docs/architecture.md, "Errors"). */
export const EXIT = Object.freeze({ ok: 0, failure: 1, usage: 2, environment: 3 });

/** A failed step of the set-up: `message` is one line for the user, `exitCode` what the process ends with. */
export class SetupError extends Error {
  constructor(message, exitCode = EXIT.environment) {
    super(message);
    this.name = 'SetupError';
    this.exitCode = exitCode;
  }
}
