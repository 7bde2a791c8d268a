/** A fault and a speaker's start, in every order; a speaker that does not answer. */
import type { ChildProcess } from 'node:child_process';
import { EventEmitter } from 'node:events';
import test from 'ava';
import { SpeakerClient, type SpeakerProcess } from '../../src/node/speaker/client.js';
import { Speakers } from '../../src/node/speaker/speakers.js';
import { createManualClock } from '../../src/world/manual-clock.js';

const place = {
  node: 'k8s-node3',
  broadcast: '192.168.56.255',
  namespace: { name: 'k8s-node3', fd: -1 },
  liveness: 'fast',
} as const;

/** Speakers whose processes are only counted; `begin` lets the starts that are under way complete. */
function counted() {
  const killed: string[] = [];
  let begin: () => void = () => {};
  const ready = new Promise<void>((resolve) => {
    begin = resolve;
  });
  async function startProcess(): Promise<SpeakerProcess> {
    await ready;
    let end: (code: number) => void = () => {};
    const ended = new Promise<number>((resolve) => {
      end = resolve;
    });
    const kill = (signal: string): void => {
      killed.push(signal);
      end(137);
    };
    return { pid: 1, ended, send: () => {}, state: async () => undefined, kill };
  }
  const speakers = new Speakers({
    clock: createManualClock(),
    startProcess,
    told: () => ({ members: [], services: new Map() }),
    isExcluded: () => false,
    hear: () => {},
    changed: () => {},
  });
  return { speakers, killed, begin };
}

const taken = { message: /taken away by lab fault/ };

test('a speaker that a fault holds fails to start, so that its pod can be deleted meanwhile, and starts when it is mended', async (t) => {
  const { speakers, begin } = counted();
  begin();
  await speakers.take('k8s-node3');
  await t.throwsAsync(speakers.start(place), taken);
  t.true(speakers.isTaken('k8s-node3'));
  speakers.giveBack('k8s-node3');
  await speakers.start(place);
  t.true(speakers.isRunning('k8s-node3'));
});

test('a fault in the middle of a start kills what starts', async (t) => {
  const { speakers, killed, begin } = counted();
  const starting = speakers.start(place);
  await speakers.take('k8s-node3');
  begin();
  await t.throwsAsync(starting, taken);
  t.deepEqual(killed, ['SIGKILL']);
  t.false(speakers.isRunning('k8s-node3'));
});

test('a fault kills what runs, and waits until it is gone', async (t) => {
  const { speakers, killed, begin } = counted();
  begin();
  await speakers.start(place);
  await speakers.take('k8s-node3');
  t.deepEqual(killed, ['SIGKILL']);
  t.false(speakers.isRunning('k8s-node3'));
});

test("a speaker that is silent has no state after a second; what it answers later is nobody's", async (t) => {
  const asked: { id: number }[] = [];
  const child = Object.assign(new EventEmitter(), { connected: true, send: (ask: { id: number }) => asked.push(ask) });
  const clock = createManualClock();
  const speaker = new SpeakerClient(child as unknown as ChildProcess, clock, () => {});
  const silent = speaker.state();
  clock.advance(1000);
  t.is(await silent, undefined);
  const answered = speaker.state();
  const state = { alive: ['k8s-node1'], decisions: {}, counters: {}, drops: {} };
  for (const { id } of asked) child.emit('message', { kind: 'state', id, state });
  t.is(await answered, state);
  t.is(clock.pending, 0);
});
