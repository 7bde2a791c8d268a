/**
 * Finding a running lab, in one place, so that every command says the same when there is none.
 */
import { askControl, ControlError } from '../cluster/control.js';
import { CommandFailure, type FailureKind } from '../cluster/failure.js';
import { controlSocket } from '../cluster/guest/contract.js';
import {
  type LabStatus,
  pidFromHere,
  readStatus,
  type StateDirectory,
  stateDirectory,
} from '../cluster/state/state-directory.js';

export interface RunningLab {
  status: LabStatus;
  directory: StateDirectory;
  /** The daemon's process id as this process sees it. */
  pid: number;
  /** Whether this process is in the lab itself, as what `lab shell` and `lab exec` start is. */
  inside: boolean;
}

/** The lab of that name. @throws CommandFailure notRunning, or stale when it died without `lab down`. */
export function runningLab(name: string): RunningLab {
  const directory = stateDirectory(name);
  const status = readStatus(directory);
  const again = `lab --name ${name} up`;
  if (!status) throw new CommandFailure('notRunning', `lab: no lab named "${name}" is up; start it with: ${again}`);
  const pid = pidFromHere(status);
  if (pid !== undefined) return { status, directory, pid, inside: pid === status.innerPid };
  throw new CommandFailure(
    'stale',
    `lab: lab "${name}" ended without "lab down" (its daemon, process ${status.pid}, is gone); start it again with: ${again}, or forget it with: lab --name ${name} down`,
  );
}

/** A socket's name leads to it in the kernel that made it only. */
function controlOf({ status, directory, inside }: RunningLab): string {
  return inside && status.kernel === 'uml' ? controlSocket : directory.control;
}

/** Asks the lab's daemon. @throws CommandFailure in the daemon's words. */
export async function ask<T>(lab: RunningLab, request: string, body?: unknown): Promise<T> {
  try {
    return await askControl<T>(controlOf(lab), request, body);
  } catch (error) {
    if (error instanceof ControlError) throw new CommandFailure(error.kind as FailureKind, error.message);
    const why = error instanceof Error ? error.message : String(error);
    throw new CommandFailure(
      'failure',
      `lab: lab "${lab.status.name}" does not answer (${why}); see ${lab.directory.log}`,
    );
  }
}
