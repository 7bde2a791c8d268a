/**
 * Waiting for the kernel to clear a lab away that has ended or was told to.
 */
import { CommandFailure } from '../cluster/failure.js';
import { isGone, type LabStatus } from '../cluster/state/state-directory.js';
import { pause } from '../world/pause.js';

/** How long that may take for a large lab before we say so. */
const PATIENCE_MS = 30_000;
const LOOK_EVERY_MS = 5;

/** Resolves when no process of the lab is left. @throws CommandFailure when that takes too long */
export async function untilGone(status: LabStatus): Promise<void> {
  for (let waited = 0; waited < PATIENCE_MS; waited += LOOK_EVERY_MS) {
    if (isGone(status)) return;
    await pause(LOOK_EVERY_MS);
  }
  throw new CommandFailure(
    'failure',
    `lab: processes of lab "${status.name}" are still there (below process ${status.init})`,
  );
}
