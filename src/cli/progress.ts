/**
 * Progress on a terminal: one line that is written over. Elsewhere a line a step, on stderr, so that logs tell the story.
 */

export interface ProgressLine {
  show: (text: string) => void;
  /** Clears the line; showing afterwards starts anew. */
  end: () => void;
}

/** ESC [ 2 K erases the line the cursor is on (ECMA-48 EL). */
const ERASE = '\r\u001b[2K';

export function progressLine(stream: NodeJS.WriteStream = process.stderr): ProgressLine {
  let shown = false;
  return {
    show(text) {
      stream.write(stream.isTTY ? `${ERASE}${text} …` : `${text}\n`);
      shown = true;
    },
    end() {
      if (shown && stream.isTTY) stream.write(ERASE);
      shown = false;
    },
  };
}
