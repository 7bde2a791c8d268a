/**
 * All speakers of a lab: starts the process when a node's speaker pod runs, keeps it informed, and can take it away.
 */
import type { SpeakerNews, SpeakerState } from '../../metallb/speaker/contract.js';
import { ToldSoFar } from '../../metallb/speaker/differences.js';
import type { SpeakersTold } from '../../metallb/speaker/told.js';
import type { Clock } from '../../world/contract.js';
import type { SpeakerProcess } from './client.js';
import { type SpeakerPlace, startSpeaker } from './start.js';

export interface SpeakersOptions {
  clock: Clock;
  told(): SpeakersTold;
  isExcluded(link: string): boolean;
  hear(node: string, news: SpeakerNews): void;
  /** A speaker has come or gone. */
  changed(): void;
}

interface Running {
  process: SpeakerProcess;
  told: ToldSoFar;
}

export class Speakers {
  readonly #running = new Map<string, Running>();
  /** Nodes whose speaker was taken away by a fault, with whoever waits for it to be given back. */
  readonly #held = new Map<string, (() => void)[]>();
  #informing = false;

  constructor(private readonly options: SpeakersOptions) {}

  /** Starts a node's speaker; waits while a fault keeps it from starting. */
  async start(place: SpeakerPlace): Promise<SpeakerProcess> {
    const { node } = place;
    while (this.#held.has(node)) await new Promise<void>((resolve) => this.#held.get(node)?.push(resolve));
    const process = await startSpeaker({
      ...place,
      isExcluded: this.options.isExcluded,
      hear: (news) => this.options.hear(node, news),
    });
    const running = { process, told: new ToldSoFar() };
    this.#running.set(node, running);
    void process.ended.then(() => {
      if (this.#running.get(node) === running) this.#running.delete(node);
      this.options.changed();
    });
    this.options.changed();
    this.#tell(running, this.options.told());
    return process;
  }

  /** Something changed: all changes of one turn of the event loop become one message. */
  inform(): void {
    if (this.#informing || this.#running.size === 0) return;
    this.#informing = true;
    setImmediate(() => {
      this.#informing = false;
      const told = this.options.told();
      for (const running of this.#running.values()) this.#tell(running, told);
    });
  }

  /** Kills a node's speaker, as `kill -9` does, and keeps it from coming back. */
  async take(node: string): Promise<void> {
    if (!this.#held.has(node)) this.#held.set(node, []);
    const running = this.#running.get(node);
    running?.process.kill('SIGKILL');
    await running?.process.ended;
  }

  /** Lets it come back. */
  giveBack(node: string): void {
    const waiting = this.#held.get(node) ?? [];
    this.#held.delete(node);
    for (const start of waiting) start();
  }

  isRunning(node: string): boolean {
    return this.#running.has(node);
  }

  isTaken(node: string): boolean {
    return this.#held.has(node);
  }

  /** What each running speaker knows and decides, by node. */
  async states(): Promise<Map<string, SpeakerState & { pid: number }>> {
    const asked = [...this.#running].map(async ([node, { process }]) => {
      const state = await process.state();
      return state && ([node, { ...state, pid: process.pid }] as const);
    });
    const states = await Promise.all(asked);
    return new Map(states.flatMap((state) => (state ? [state] : [])));
  }

  #tell({ process, told }: Running, news: SpeakersTold): void {
    for (const command of told.update(news)) process.send(command);
  }
}
