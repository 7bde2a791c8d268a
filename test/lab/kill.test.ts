import { join } from 'node:path';
import test from 'ava';
import { execa } from 'execa';
import { pause } from '../../src/world/pause.js';
import { bringUp, createTestLab, type TestLab } from './lab.js';
import { labProcesses, machineState } from './machine.js';

const myweb = 'lab/workshop/01-nodeport.yaml';
const mynode = 'lab/workshop/02-mynode.yaml';
const program = join(process.cwd(), 'scripts/lab');
/** A cold start takes about this long; kills are spread over it and a little beyond. */
const START_MS = 900;
const KILLS = 30;

/** From 0 to 1, the same in every run: the golden ratio's multiples fill an interval evenly. */
const momentOf = (round: number) => (round * 0.618034) % 1;

async function untilGone(lab: TestLab): Promise<string[]> {
  for (let waited = 0; waited < 5000 && labProcesses(lab.name).length > 0; waited += 10) await pause(10);
  return labProcesses(lab.name).map(({ command }) => command);
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended by itself in the meantime: that is one of the moments too.
  }
}

/** What is going on when the kill comes: whether a lab is up before, the command, and how long it takes, in ms. */
const situations = [
  { title: 'up', before: false, command: ['up', '--no-shell', '-f', myweb], lasts: START_MS },
  { title: 'change', before: true, command: ['up', '--no-shell', '-f', mynode], lasts: START_MS / 2 },
  { title: 'down', before: true, command: ['down'], lasts: START_MS / 4 },
] as const;

test('kill -9 of any process at 30 moments of up, change and down leaves nothing behind', async (t) => {
  t.timeout(240_000, 'thirty labs come and go one after the other');
  const lab = createTestLab(t);
  const before = await machineState();
  const env = { KUBEWIRE_STATE: lab.state, KUBEWIRE_LAB: lab.name };
  for (let round = 0; round < KILLS; round++) {
    const situation = situations[round % situations.length] ?? situations[0];
    if (situation.before) await bringUp(t, lab, '-f', myweb);
    const running = execa(program, situation.command, { env, reject: false, stdin: 'ignore' });
    await pause(momentOf(round) * situation.lasts);
    const victims = labProcesses(lab.name);
    const victim = victims[round % Math.max(1, victims.length)];
    if (victim) kill(victim.pid);
    // Every second round the command itself goes too.
    if (round % 2 === 1 && running.pid) kill(running.pid);
    await running;
    await lab.lab('down');
    t.deepEqual(await untilGone(lab), [], `round ${round}, ${situation.title}: killed ${victim?.command}`);
  }
  t.is(await machineState(), before);
});

test('a command killed before the lab is ready takes the half-made lab with it', async (t) => {
  const lab = createTestLab(t);
  const env = { KUBEWIRE_STATE: lab.state, KUBEWIRE_LAB: lab.name };
  const running = execa(program, ['up', '--no-shell'], { env, reject: false, stdin: 'ignore' });
  for (let waited = 0; waited < 5000 && labProcesses(lab.name).length === 0; waited += 5) await pause(5);
  if (running.pid) kill(running.pid);
  await running;
  t.deepEqual(await untilGone(lab), []);
});

test('a lab whose daemon was killed is said to be stale, and up starts it again', async (t) => {
  const lab = createTestLab(t);
  await bringUp(t, lab);
  kill(lab.status().pid);
  t.deepEqual(await untilGone(lab), []);
  const status = await lab.lab('status');
  t.is(status.exitCode, 15);
  t.regex(status.stderr, /ended without "lab down".*start it again with: lab --name \S+ up/);
  await bringUp(t, lab);
  t.is((await lab.lab('status')).exitCode, 0);
});
