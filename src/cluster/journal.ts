/**
 * The journal of a lab, in its state directory: the next `lab up` after a crash goes on from it; `lab down` forgets it.
 *
 * A change is written before anybody is told of it, by one system call; a process that is killed loses nothing.
 * Differs: nothing is forced to the disk, so a machine that loses power may lose the last changes.
 */
import { openSync, readFileSync, renameSync, writeFileSync, writeSync } from 'node:fs';
import { changeLine, replay, snapshotLine } from '../registry/journal.js';
import type { LabRegistry, RegistrySnapshot } from '../registry/registry.js';
import type { LabSettings } from './start-request.js';

export interface JournalContent {
  /** How the lab was brought up. */
  settings: LabSettings;
  snapshot: RegistrySnapshot;
}

/** What a lab that died left behind, or undefined when there is nothing. @throws Error for a file that is no journal */
export function readJournal(path: string): JournalContent | undefined {
  const text = textOf(path);
  if (text === undefined) return undefined;
  const [header = '', ...lines] = text.split('\n');
  return { settings: JSON.parse(header).settings as LabSettings, snapshot: replay(lines) };
}

/** Begins a journal with what the registry holds, and keeps it up to date from now on. */
export function keepJournal(path: string, settings: LabSettings, registry: LabRegistry): void {
  const fresh = `${path}.new`;
  const header = `${JSON.stringify({ settings })}\n`;
  writeFileSync(fresh, header + snapshotLine(registry.snapshot()), { mode: 0o600 });
  renameSync(fresh, path);
  const file = openSync(path, 'a', 0o600);
  registry.watch(undefined, (event) => {
    const line = changeLine(event);
    if (line !== undefined) writeSync(file, line);
  });
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
