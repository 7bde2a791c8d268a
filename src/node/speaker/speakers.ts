/**
 * All speakers of a lab: starts the process when a node's speaker pod runs, keeps it informed, and can take it away.
 */
import type { SpeakerNews, SpeakerState } from '../../metallb/speaker/contract.js';
import { ToldSoFar } from '../../metallb/speaker/differences.js';
import type { SpeakersTold } from '../../metallb/speaker/told.js';
import type { Clock } from '../../world/contract.js';
import type { SpeakerProcess } from './client.js';
import type { SpeakerOptions, SpeakerPlace } from './start.js';

export interface SpeakersOptions {
  clock: Pick<Clock, 'after'>;
  startProcess(options: SpeakerOptions): Promise<SpeakerProcess>;
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
  /** Nodes whose speaker was taken away by a fault. */
  readonly #held = new Set<string>();
  #informing = false;

  constructor(private readonly options: SpeakersOptions) {}

  /** @throws Error when it cannot start, or while a fault keeps it from that: whoever runs the container tries again */
  async start(place: SpeakerPlace): Promise<SpeakerProcess> {
    this.#refuseHeld(place.node);
    const process = await this.options.startProcess({
      ...place,
      clock: this.options.clock,
      isExcluded: this.options.isExcluded,
      hear: (news) => this.options.hear(place.node, news),
    });
    if (this.#held.has(place.node)) process.kill('SIGKILL');
    this.#refuseHeld(place.node);
    this.#register(place.node, process);
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
    this.#held.add(node);
    const running = this.#running.get(node);
    running?.process.kill('SIGKILL');
    await running?.process.ended;
  }

  /** Lets it come back. */
  giveBack(node: string): void {
    this.#held.delete(node);
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

  #refuseHeld(node: string): void {
    if (this.#held.has(node))
      throw new Error(`the speaker of ${node} was taken away by lab fault; try: lab fault clear`);
  }

  #register(node: string, process: SpeakerProcess): void {
    const running = { process, told: new ToldSoFar() };
    this.#running.set(node, running);
    void process.ended.then(() => {
      if (this.#running.get(node) === running) this.#running.delete(node);
      this.options.changed();
    });
    this.options.changed();
    this.#tell(running, this.options.told());
  }

  #tell({ process, told }: Running, news: SpeakersTold): void {
    for (const command of told.update(news)) process.send(command);
  }
}
