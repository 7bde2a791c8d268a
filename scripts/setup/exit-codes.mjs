/** Exit codes of `scripts/`: those of the command line (src/cluster/failure.ts; a test compares), which may not be built yet. */
export const EXIT = Object.freeze({ failure: 1, usage: 2, missingTool: 10, noPrivileges: 11 });

/** A failed step of the set-up: `message` is one line for the user, `exitCode` what the process ends with. */
export class SetupError extends Error {
  constructor(message, exitCode = EXIT.missingTool) {
    super(message);
    this.name = 'SetupError';
    this.exitCode = exitCode;
  }
}
