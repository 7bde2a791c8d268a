/**
 * What the kube-proxies say in `kubectl logs -n kube-system kube-proxy-…`.
 *
 * The lab does kube-proxy's work itself, so its pods' containers print what is said of their node.
 * Differs: kube-proxy's log has the lines that concern its mode, failed syncs and flushed rules; a real one has more.
 */
import type { Clock } from '../../world/contract.js';
import { klogLine, type LogEntry } from './klog.js';

/** Where a node's kube-proxy speaks. */
export interface ProxyLog {
  say(entry: LogEntry): void;
}

/** The container that prints a node's lines. */
interface Printer {
  /** Its `-v`. */
  verbosity: number;
  line(text: string): void;
}

interface Said {
  entry: LogEntry;
  at: number;
}

/** Lines that wait for a container: more than one start says. */
const mostWaiting = 100;

class NodeLog implements ProxyLog {
  #waiting: Said[] = [];
  #printer: Printer | undefined;

  constructor(private readonly clock: Clock) {}

  say(entry: LogEntry): void {
    this.#waiting = [...this.#waiting, { entry, at: this.clock.now() }].slice(-mostWaiting);
    this.#print();
  }

  /** Prints from now on, and what nobody has printed yet; the returned function ends it. */
  printOn(printer: Printer): () => void {
    this.#printer = printer;
    this.#print();
    return () => {
      if (this.#printer === printer) this.#printer = undefined;
    };
  }

  #print(): void {
    const printer = this.#printer;
    if (!printer) return;
    for (const { entry, at } of this.#waiting.splice(0))
      if ((entry.verbosity ?? 0) <= printer.verbosity) printer.line(klogLine(entry, this.clock, at));
  }
}

/** All nodes' logs. */
export class ProxyLogs {
  readonly #nodes = new Map<string, NodeLog>();

  constructor(private readonly clock: Clock) {}

  of(node: string): NodeLog {
    const log = this.#nodes.get(node) ?? new NodeLog(this.clock);
    this.#nodes.set(node, log);
    return log;
  }
}
