/**
 * Entry of a speaker process, one a node: sockets and timers around the pure speaker.
 *
 * It is born in its node's network namespace, with its packet sockets open, so it needs no privilege and no system call
 * that Node lacks. Imports little: it is one of many.
 */
import { Announcer } from '../../metallb/layer2/announcer.js';
import { createMembership } from '../../metallb/membership/membership.js';
import type { SpeakerCommand, SpeakerReport, SpeakerStart } from '../../metallb/speaker/contract.js';
import { Speaker } from '../../metallb/speaker/speaker.js';
import { createWorld } from '../../world/world.js';
import { MemberSocket } from './member-socket.js';
import { PacketResponder } from './packet-responder.js';

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
  members: MemberSocket;
  /** Resolves when it has had time to hear of the others. */
  settled: Promise<void>;
}

function start({ node, broadcast, liveness, sockets, interfaces }: SpeakerStart): Running {
  const responders = sockets.map((socket) => new PacketResponder(socket));
  const announcer = new Announcer({ clock, responders, claimsAtOnce: liveness === 'fast' });
  const speaker = new Speaker({ node, announcer, interfaces, report });
  const membership = createMembership(liveness, node);
  const members = new MemberSocket({ membership, clock, broadcast, hear: (alive) => speaker.setAlive(alive) });
  for (const responder of responders) responder.listen(clock, (frame) => announcer.hear(responder, frame));
  const settled = new Promise<void>((resolve) => clock.after(SETTLE_MS, resolve));
  return { speaker, members, settled };
}

let running: Running | undefined;

function obey(command: SpeakerCommand): void {
  if (command.kind === 'start') {
    running = start(command);
    return report({ kind: 'ready' });
  }
  if (!running) return;
  const { speaker, members, settled } = running;
  if (command.kind === 'members') members.setMembers(command.members);
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
  running?.members.leave();
  clock.after(FAREWELL_MS, end);
});
// The daemon decides when it ends; a terminal's Ctrl-C reaches the whole group.
process.on('SIGINT', () => {});
