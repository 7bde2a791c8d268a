/**
 * The journal of a lab, in its state directory: the next `lab up` after a crash goes on from it; `lab down` forgets it.
 *
 * A change is written before anybody is told of it, by one system call; a process that is killed loses nothing.
 * Differs: nothing is forced to the disk, so a machine that loses power may lose the last changes.
 */
import { closeSync, openSync, readFileSync, renameSync, writeFileSync, writeSync } from 'node:fs';
import { changeLine, replay, snapshotLine } from '../../registry/journal.js';
import type { LabRegistry, RegistrySnapshot } from '../../registry/registry.js';
import type { LabSettings } from '../start-request.js';

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

/** What the journal is written with. */
export interface JournalFile {
  /** Starts anew with this text. */
  begin(text: string): void;
  append(line: string): void;
}

/**
 * Begins a journal with what the registry holds, and keeps it up to date from now on. A disk that is full keeps no change
 * from being made: it is said once through `report`, and the journal is written whole again as soon as there is room.
 */
export function keepJournal(
  settings: LabSettings,
  registry: Pick<LabRegistry, 'snapshot' | 'watch'>,
  file: JournalFile,
  report: (text: string) => void,
): void {
  const header = `${JSON.stringify({ settings })}\n`;
  const begin = (): void => file.begin(header + snapshotLine(registry.snapshot()));
  let broken = false;
  begin();
  registry.watch(undefined, (event) => {
    const line = changeLine(event);
    if (line === undefined) return;
    try {
      if (broken) begin();
      else file.append(line);
      broken = false;
    } catch (error) {
      if (!broken) report(`journal: ${(error as Error).message}; after a crash the lab would go on from before this`);
      broken = true;
    }
  });
}

/** The journal's file: what is begun anew replaces the old one only when it is whole. */
export function journalFile(path: string): JournalFile {
  let file: number | undefined;
  return {
    begin(text) {
      const fresh = `${path}.new`;
      writeFileSync(fresh, text, { mode: 0o600 });
      renameSync(fresh, path);
      if (file !== undefined) closeSync(file);
      file = openSync(path, 'a', 0o600);
    },
    append(line) {
      if (file === undefined) throw new Error('not begun');
      const written = writeSync(file, line);
      if (written < Buffer.byteLength(line)) throw new Error('ENOSPC: no space left on device, write');
    },
  };
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
