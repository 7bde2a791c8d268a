/**
 * The daemon's handle on one speaker process.
 */
import type { ChildProcess } from 'node:child_process';
import { closeSync } from 'node:fs';
import { type Link, listLinks } from '../../kernel/links.js';
import type { NetworkNamespace } from '../../kernel/netns.js';
import { FIRST_DESCRIPTOR, forkNode } from '../../kernel/node-process.js';
import { openPacketSocket } from '../../kernel/packet-socket.js';
import type { NeighbourProtocol } from '../../metallb/layer2/neighbour-protocol.js';
import { neighbourProtocols } from '../../metallb/layer2/neighbour-protocols.js';
import type { Liveness } from '../../metallb/membership/contract.js';
import type { SpeakerCommand, SpeakerNews, SpeakerReport, SpeakerState } from '../../metallb/speaker/contract.js';

export interface SpeakerProcess {
  readonly pid: number;
  /** Resolves with its exit code, 128+N when signal N ended it. */
  readonly ended: Promise<number>;
  send(command: SpeakerCommand): void;
  /** Undefined when it ends before it answers. */
  state(): Promise<SpeakerState | undefined>;
  kill(signal: 'SIGTERM' | 'SIGKILL'): void;
}

export interface SpeakerOptions {
  node: string;
  broadcast: string;
  namespace: NetworkNamespace;
  liveness: Liveness;
  /** MetalLB's ConfigMap metallb-excludel2. */
  isExcluded(link: string): boolean;
  hear(news: SpeakerNews): void;
}

/** A protocol that gets a responder on an interface. */
interface Spoken {
  protocol: NeighbourProtocol;
  link: Link;
}

/** It has a packet socket for each of these. Source: MetalLB `internal/layer2/announcer.go` updateInterfaces. */
function spokenOn(links: readonly Link[]): Spoken[] {
  const usable = links.filter(({ up, enslaved, arp }) => up && !enslaved && arp);
  return usable.flatMap((link) =>
    Object.values(neighbourProtocols).flatMap((protocol) => (protocol.isSpokenOn(link) ? { protocol, link } : [])),
  );
}

/**
 * Starts the process in the node's namespace and resolves when it listens. @throws Error when it ends before that
 *
 * Differs: interfaces are looked at when the speaker starts, not every ten seconds.
 */
export async function startSpeaker(options: SpeakerOptions): Promise<SpeakerProcess> {
  const { namespace, node, broadcast, liveness } = options;
  const present = (await listLinks(namespace)).filter(({ name }) => !options.isExcluded(name));
  const spoken = spokenOn(present);
  const descriptors = spoken.map(({ protocol, link }) =>
    openPacketSocket({ namespace, index: link.index, ...protocol.frames }),
  );
  const child = forkSpeaker(namespace, descriptors);
  const sockets = spoken.map(({ protocol, link: { name, mac, linkLocal } }, position) => {
    return { protocol: protocol.name, link: { name, mac, linkLocal }, fd: FIRST_DESCRIPTOR + position };
  });
  const speaker = new SpeakerClient(child, options.hear);
  const ready = speaker.ready;
  speaker.send({
    kind: 'start',
    node,
    broadcast,
    liveness,
    sockets,
    interfaces: present.map(({ name }) => name),
  });
  await ready;
  return speaker;
}

/** For what a speaker does besides waiting for frames. */
const SPARE_THREADS = 2;

/** One thread of the pool waits for frames on each socket. */
function forkSpeaker(namespace: NetworkNamespace, descriptors: readonly number[]): ChildProcess {
  const threads = descriptors.length + SPARE_THREADS;
  try {
    return forkNode(new URL('./main.js', import.meta.url), { namespace, descriptors, threads });
  } finally {
    for (const fd of descriptors) closeSync(fd);
  }
}

/** The number of a signal in an exit code, as a shell has it. */
const signalCodes: Partial<Record<NodeJS.Signals, number>> = { SIGKILL: 137, SIGTERM: 143 };

class SpeakerClient implements SpeakerProcess {
  readonly ended: Promise<number>;
  readonly ready: Promise<void>;
  readonly #asked = new Map<number, (state: SpeakerState | undefined) => void>();
  #lastId = 0;

  constructor(
    private readonly child: ChildProcess,
    hear: (news: SpeakerNews) => void,
  ) {
    this.ended = new Promise((resolve) => {
      child.once('exit', (code, signal) => {
        for (const answer of this.#asked.values()) answer(undefined);
        resolve(code ?? signalCodes[signal ?? 'SIGTERM'] ?? 128);
      });
    });
    this.ready = new Promise((resolve, reject) => {
      child.once('error', reject);
      void this.ended.then((code) => reject(new Error(`the speaker ended at its start with code ${code}`)));
      child.on('message', (report: SpeakerReport) => {
        if (report.kind === 'ready') resolve();
        else if (report.kind === 'state') this.#answer(report.id, report.state);
        else hear(report);
      });
    });
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  send(command: SpeakerCommand): void {
    if (this.child.connected) this.child.send(command, () => {});
  }

  state(): Promise<SpeakerState | undefined> {
    if (!this.child.connected) return Promise.resolve(undefined);
    const id = ++this.#lastId;
    return new Promise((resolve) => {
      this.#asked.set(id, resolve);
      this.send({ kind: 'ask', id });
    });
  }

  kill(signal: 'SIGTERM' | 'SIGKILL'): void {
    this.child.kill(signal);
  }

  #answer(id: number, state: SpeakerState): void {
    this.#asked.get(id)?.(state);
    this.#asked.delete(id);
  }
}
