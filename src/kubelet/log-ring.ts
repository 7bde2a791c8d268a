/**
 * The last lines that a container printed, bounded, with followers.
 *
 * Models the log file that the container runtime keeps (CRI logging format). Differs: a container keeps its last
 * 1,000 lines, where a real node keeps files of 10 MiB.
 */
export interface LogLine {
  /** Milliseconds since the epoch. */
  time: number;
  stream: 'stdout' | 'stderr';
  text: string;
}

const maxLines = 1000;
/** A longer line is cut; CRI splits at 16 KiB. */
const maxLineLength = 16 * 1024;

export class LogRing {
  #lines: LogLine[] = [];
  readonly #followers = new Set<(line: LogLine) => void>();
  #ended = false;
  readonly #enders = new Set<() => void>();

  append(line: LogLine): void {
    const kept = line.text.length > maxLineLength ? { ...line, text: line.text.slice(0, maxLineLength) } : line;
    this.#lines.push(kept);
    // Dropping half at a time keeps the cost of a line constant.
    if (this.#lines.length > 2 * maxLines) this.#lines = this.#lines.slice(-maxLines);
    for (const follower of this.#followers) follower(kept);
  }

  lines(): LogLine[] {
    return this.#lines.slice(-maxLines);
  }

  /** Calls `listener` for each later line and `ended` when the container is gone; the returned function stops it. */
  follow(listener: (line: LogLine) => void, ended: () => void): () => void {
    if (this.#ended) {
      ended();
      return () => {};
    }
    this.#followers.add(listener);
    this.#enders.add(ended);
    return () => {
      this.#followers.delete(listener);
      this.#enders.delete(ended);
    };
  }

  /** No line will come any more. */
  end(): void {
    this.#ended = true;
    for (const ended of this.#enders) ended();
    this.#enders.clear();
    this.#followers.clear();
  }
}
