/**
 * Starts a speaker process, with a packet socket for each protocol on each interface.
 */
import type { ChildProcess } from 'node:child_process';
import { closeSync } from 'node:fs';
import { KernelError } from '../../kernel/libc.js';
import { type Link, listLinks } from '../../kernel/links.js';
import type { NetworkNamespace } from '../../kernel/netns.js';
import { FIRST_DESCRIPTOR, forkNode } from '../../kernel/node-process.js';
import { openPacketSocket } from '../../kernel/packet-socket.js';
import type { NeighbourProtocol } from '../../metallb/layer2/neighbour-protocol.js';
import { neighbourProtocols } from '../../metallb/layer2/neighbour-protocols.js';
import type { Liveness } from '../../metallb/membership/contract.js';
import type { SpeakerNews, SpeakerSocket } from '../../metallb/speaker/contract.js';
import type { Clock } from '../../world/contract.js';
import { SpeakerClient, type SpeakerProcess } from './client.js';

/** Where a speaker is to run, and how it finds the others. */
export interface SpeakerPlace {
  node: string;
  /** The LAN's broadcast address. */
  broadcast: string;
  namespace: NetworkNamespace;
  liveness: Liveness;
}

export interface SpeakerOptions extends SpeakerPlace {
  clock: Pick<Clock, 'after'>;
  /** MetalLB's ConfigMap metallb-excludel2. */
  isExcluded(link: string): boolean;
  hear(news: SpeakerNews): void;
}

/** A packet socket, and what it is for. */
interface OpenSocket {
  descriptor: number;
  use: Omit<SpeakerSocket, 'fd'>;
}

/** For every protocol that is spoken on an interface. Source: MetalLB `internal/layer2/announcer.go` updateInterfaces. */
function openSockets(namespace: NetworkNamespace, links: readonly Link[]): OpenSocket[] {
  const usable = links.filter(({ up, enslaved, arp }) => up && !enslaved && arp);
  return usable.flatMap((link) =>
    Object.values(neighbourProtocols)
      .filter((protocol) => protocol.isSpokenOn(link))
      .flatMap((protocol) => openSocket(namespace, link, protocol)),
  );
}

/** None where the interface has gone since it was listed. */
function openSocket(namespace: NetworkNamespace, link: Link, protocol: NeighbourProtocol): OpenSocket[] {
  const { index, name, mac, linkLocal } = link;
  try {
    const descriptor = openPacketSocket({ namespace, index, ...protocol.frames });
    return [{ descriptor, use: { protocol: protocol.name, link: { name, mac, linkLocal } } }];
  } catch (error) {
    if (error instanceof KernelError && error.code === 'ENODEV') return [];
    throw error;
  }
}

/**
 * Starts the process in the node's namespace and resolves when it listens. @throws Error when it ends before that
 *
 * Differs: interfaces are looked at when the speaker starts, not every ten seconds.
 */
export async function startSpeaker(options: SpeakerOptions): Promise<SpeakerProcess> {
  const { namespace, node, broadcast, liveness } = options;
  const present = (await listLinks(namespace)).filter(({ name }) => !options.isExcluded(name));
  const open = openSockets(namespace, present);
  const child = forkSpeaker(
    namespace,
    open.map(({ descriptor }) => descriptor),
  );
  const speaker = new SpeakerClient(child, options.clock, options.hear);
  const { ready } = speaker;
  const sockets = open.map(({ use }, position) => ({ ...use, fd: FIRST_DESCRIPTOR + position }));
  speaker.send({ kind: 'start', node, broadcast, liveness, sockets, interfaces: present.map(({ name }) => name) });
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
