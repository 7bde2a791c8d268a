/**
 * `lab down`: ends a lab and waits until nothing of it is left.
 */
import { existsSync } from 'node:fs';
import { askControl } from '../../cluster/control.js';
import { CommandFailure } from '../../cluster/failure.js';
import {
  isAlive,
  type LabStatus,
  labNames,
  pidFromHere,
  readStatus,
  type StateDirectory,
  stateDirectory,
} from '../../cluster/state/state-directory.js';
import { holdState, removeState } from '../../cluster/state/state-lock.js';
import { pause } from '../../world/pause.js';
import { untilGone } from '../until-gone.js';

/** How long a start may take before we say so. */
const PATIENCE_MS = 30_000;
const LOOK_EVERY_MS = 5;
/** A daemon that does not answer for so long is ended without being asked. */
const ANSWER_MS = 5_000;

/** All labs that can be taken down are, whatever becomes of the others. @throws CommandFailure what became of those */
export async function down(name: string, options: { all?: boolean }): Promise<void> {
  const names = options.all ? labNames() : [name];
  if (options.all && names.length === 0) return void process.stdout.write('no labs\n');
  const failures: CommandFailure[] = [];
  for (const one of names) {
    try {
      process.stdout.write(`lab ${one}: ${await takeDown(one)}\n`);
    } catch (error) {
      if (!(error instanceof CommandFailure)) throw error;
      failures.push(error);
    }
  }
  const [first] = failures;
  if (first) throw new CommandFailure(first.kind, failures.map(({ message }) => message).join('\n'));
}

async function takeDown(name: string): Promise<string> {
  const directory = stateDirectory(name);
  const { status, running, lock } = await settled(name, directory);
  if (running && pidFromHere(status) === status.innerPid) throw fromInside(name);
  if (running) await stop(directory, status);
  if (status) await untilGone(status);
  // Another command may have removed the directory since, or begun anew in it.
  if ((lock ?? holdState(directory)) !== undefined) removeState(directory);
  if (running) return 'down';
  return status ? 'was dead already; its state is removed' : 'was not up';
}

/** Whoever takes down the lab that he is in ends with it, halfway. */
function fromInside(name: string): CommandFailure {
  return new CommandFailure('failure', `lab: this shell is in lab "${name}"; leave it first: exit`);
}

type Settled =
  | { running: true; status: LabStatus; lock?: undefined }
  | { running: false; status: LabStatus | undefined; lock: number | undefined };

/** What there is once nobody is bringing the lab up any more: one that is being started is waited for. */
async function settled(name: string, directory: StateDirectory): Promise<Settled> {
  for (let waited = 0; waited < PATIENCE_MS; waited += LOOK_EVERY_MS) {
    const status = readStatus(directory);
    if (status && isAlive(status)) return { running: true, status };
    const lock = holdState(directory);
    if (lock !== undefined || !existsSync(directory.root)) return { running: false, status, lock };
    await pause(LOOK_EVERY_MS);
  }
  throw new CommandFailure(
    'failure',
    `lab: lab "${name}" is being brought up and does not finish; see ${directory.log}`,
  );
}

async function stop({ control }: StateDirectory, status: LabStatus): Promise<void> {
  await askControl(control, 'down', undefined, ANSWER_MS).catch(() => end(status.launcher));
}

function end(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    // It ended by itself in the meantime.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
