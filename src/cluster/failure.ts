/**
 * How a command ends when it cannot do its work: one line that says what is wrong and what to try, and an exit code
 * that tells a script which kind of failure it was.
 */

/** Exit codes of `lab`; README lists them. A command run by `lab exec` gives its own. */
export const exitCodes = {
  failure: 1,
  usage: 2,
  /** A manifest or a configuration was refused; nothing was changed. */
  refused: 3,
  missingTool: 10,
  noPrivileges: 11,
  missingKernelFeature: 12,
  notRunning: 13,
  alreadyUp: 14,
  /** The state directory is left over from a lab that died. */
  stale: 15,
  /** The folder for the labs' state cannot be written. */
  stateDirectory: 16,
} as const;

export type FailureKind = keyof typeof exitCodes;

export class CommandFailure extends Error {
  override readonly name = 'CommandFailure';

  constructor(
    readonly kind: FailureKind,
    message: string,
  ) {
    super(message);
  }

  get exitCode(): number {
    return exitCodes[this.kind];
  }
}

/** Two commands at once: the first one gets the name. */
export function beingStarted(name: string): CommandFailure {
  return new CommandFailure(
    'alreadyUp',
    `lab: lab "${name}" is just being brought up by another command; wait for it, or choose another --name`,
  );
}
