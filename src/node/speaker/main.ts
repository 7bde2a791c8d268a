/**
 * Entry of a speaker process, one a node: packet sockets, a UDP socket and timers around the pure speaker.
 *
 * It is born in its node's network namespace, with its packet sockets open, so it needs no privilege and no system call
 * that Node lacks. Imports little: it is one of many.
 */
import { createSocket } from 'node:dgram';
import { Announcer } from '../../metallb/layer2/announcer.js';
import type { Membership, Packet } from '../../metallb/membership/contract.js';
import { everyone } from '../../metallb/membership/everyone.js';
import { createMembership } from '../../metallb/membership/membership.js';
import { parseMessage } from '../../metallb/membership/message.js';
import type { SpeakerCommand, SpeakerReport, SpeakerStart } from '../../metallb/speaker/contract.js';
import { Speaker } from '../../metallb/speaker/speaker.js';
import { createWorld } from '../../world/world.js';
import { knock } from './knock.js';
import { PacketResponder } from './packet-responder.js';

/** memberlist's port, TCP and UDP. Source: MetalLB `METALLB_ML_BIND_PORT`. */
const MEMBER_PORT = 7946;
/** At its start a speaker hears of the others before it thinks of itself as the only one, as MetalLB joins first. */
const SETTLE_MS = 200;
/** For what a speaker says last to leave. */
const FAREWELL_MS = 10;

const { clock } = createWorld({ seed: 0 });
const report = (message: SpeakerReport): void => {
  process.send?.(message);
};

process.title = 'kubewire-speaker';

interface Running {
  speaker: Speaker;
  /** Resolves when it has had time to hear of the others. */
  settled: Promise<void>;
  membership: Membership;
  post(packets: readonly Packet[]): void;
}

function start({ node, broadcast, liveness, sockets, interfaces }: SpeakerStart): Running {
  const responders = sockets.map((socket) => new PacketResponder(socket));
  const announcer = new Announcer({ clock, responders, claimsAtOnce: liveness === 'fast' });
  const speaker = new Speaker({ node, announcer, interfaces, report });
  const membership = createMembership(liveness, node);
  const socket = createSocket('udp4');
  const post = (packets: readonly Packet[]): void => {
    for (const { to, message } of packets) {
      socket.send(JSON.stringify(message), MEMBER_PORT, to === everyone ? broadcast : to, () => {});
    }
    speaker.setAlive(membership.alive());
  };
  socket.on('message', (bytes) => {
    const message = parseMessage(bytes.toString('utf8'));
    if (message) post(membership.hear(message, clock.now()));
  });
  socket.on('error', (error) => process.stderr.write(`speaker ${node}: ${error.message}\n`));
  // A socket bound to the node's address alone would hear no broadcasts.
  socket.bind(MEMBER_PORT, () => socket.setBroadcast(true));
  const tick = (): void => {
    post(membership.tick(clock.now()));
    for (const { node: silent, address } of membership.knocks?.(clock.now()) ?? []) {
      knock({ address, port: MEMBER_PORT }, clock, (answer) => {
        membership.answered?.(silent, answer);
        speaker.setAlive(membership.alive());
      });
    }
    clock.after(membership.tickMs, tick);
  };
  clock.after(membership.tickMs, tick);
  for (const responder of responders) responder.listen(clock, (frame) => announcer.hear(responder, frame));
  const settled = new Promise<void>((resolve) => clock.after(SETTLE_MS, resolve));
  return { speaker, membership, post, settled };
}

let running: Running | undefined;

function obey(command: SpeakerCommand): void {
  if (command.kind === 'start') {
    running = start(command);
    return report({ kind: 'ready' });
  }
  if (!running) return;
  const { speaker, membership, post, settled } = running;
  if (command.kind === 'members') post(membership.setMembers(command.members, clock.now()));
  if (command.kind === 'services') void settled.then(() => speaker.update(command.changed, command.gone));
  if (command.kind === 'ask') report({ kind: 'state', id: command.id, state: speaker.state() });
}

/** The read that waits in the thread pool would hold up an orderly exit. */
function end(): void {
  process.kill(process.pid, 'SIGKILL');
}

process.on('message', obey);
process.on('disconnect', end);
process.on('SIGTERM', () => {
  if (running) running.post(running.membership.leave());
  clock.after(FAREWELL_MS, end);
});
// The daemon decides when it ends; a terminal's Ctrl-C reaches the whole group.
process.on('SIGINT', () => {});
