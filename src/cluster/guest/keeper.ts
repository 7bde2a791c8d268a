/**
 * Entry of the keeper: what the daemon is to the machine when the daemon itself runs in user-mode Linux. It has the
 * lab's lock, its sockets and its port, and copies between them and the line to the guest. When it ends, the guest does.
 */
import { rmSync } from 'node:fs';
import { type AddressInfo, createServer, type Server, Socket } from 'node:net';
import { join as path } from 'node:path';
import type { Duplex } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { initOnMachine, pidOnMachine } from '../../kernel/mounts.js';
import { findProgram } from '../../kernel/sandbox-process.js';
import { startUserMode, type UserModeMachine, userModeProgram } from '../../kernel/user-mode.js';
import { pause } from '../../world/pause.js';
import { explain } from '../explain.js';
import { CommandFailure } from '../failure.js';
import type { StartReport, StartRequest } from '../start-request.js';
import { readStatus, type StateDirectory, stateDirectory } from '../state/state-directory.js';
import { controlSocket, type DaemonCommand, greeting, streamNames } from './contract.js';
import { MachineEnd } from './line.js';
import { firstLine, join, openStreams, type Streams } from './streams.js';

/** See kernel/launch.ts. */
const CHANNEL = 3;
/** A kernel that boots in two seconds on an idle machine is given up after these milliseconds. */
const BOOT_MS = 60_000;
/** Enough for 1,000 pods; what the guest does not touch costs the machine nothing. */
const MEMORY_MIB = Number(process.env.KUBEWIRE_GUEST_MEMORY ?? 1024);

const guestInit = fileURLToPath(new URL('../../../../scripts/guest-init', import.meta.url));
const porterEntry = fileURLToPath(new URL('./porter.js', import.meta.url));
const daemonEntry = fileURLToPath(new URL('../daemon.js', import.meta.url));

process.chdir('/');
const channel = new Socket({ fd: CHANNEL, readable: true, writable: true });
channel.on('error', () => undefined);
// Whoever asked went away before there was a guest: half a lab is no lab.
const abandoned = (): never => process.exit(1);
channel.once('close', abandoned);
begin().catch((error: unknown) => {
  const { kind, message } = explain(error);
  tell({ kind: 'failed', failure: kind, message });
  if (kind === 'failure') process.stderr.write(`${error instanceof Error ? error.stack : error}\n`);
  channel.end(() => process.exit(1));
});

async function begin(): Promise<void> {
  const request = JSON.parse((await firstLine(channel)) ?? '') as StartRequest;
  const directory = stateDirectory(request.name, request.stateRoot);
  tell({ kind: 'progress', text: 'starting user-mode Linux' });
  const machine = boot(directory);
  const api = createServer({ allowHalfOpen: true });
  const { port: apiPort } = (await listening(api, { host: '127.0.0.1', port: 0 })) as AddressInfo;
  await greeted(machine);
  const streams = openStreams(new MachineEnd(machine.line));
  void Promise.race([streams.closed, machine.ended]).then(() => process.exit());
  await relay(streams, directory, api);
  const daemon: DaemonCommand = {
    command: [process.execPath, ...process.execArgv, daemonEntry, `--lab=${request.name}`],
    env: process.env,
    apiPort,
  };
  const guest = { keeper: pidOnMachine(), init: initOnMachine(), control: controlSocket, apiPort };
  const stream = streams.open(streamNames.daemon);
  for (const line of [daemon, { ...request, guest }]) stream.write(`${JSON.stringify(line)}\n`);
  channel.off('close', abandoned);
  channel.once('close', () => {
    // Its status is written before it is ready.
    if (readStatus(directory)?.pid !== guest.keeper) abandoned();
  });
  join(channel, stream);
}

function boot({ root }: StateDirectory): UserModeMachine {
  return startUserMode({
    program: findProgram(userModeProgram),
    init: guestInit,
    environment: { KUBEWIRE_NODE: process.execPath, KUBEWIRE_PORTER: porterEntry },
    scratch: path(root, 'guest'),
    memoryMiB: MEMORY_MIB,
  });
}

/** Resolves when the porter has spoken. @throws CommandFailure when the kernel ends before, or says nothing */
async function greeted({ line, ended }: UserModeMachine): Promise<void> {
  const heard = (async () => {
    for (let text = await firstLine(line); text !== undefined; text = await firstLine(line)) {
      if (text === greeting) return undefined;
    }
    return ended;
  })();
  const silence = pause(BOOT_MS).then(() => `no word from it in ${BOOT_MS / 1000} s`);
  const why = await Promise.race([heard, ended, silence]);
  if (why === undefined) return;
  throw new CommandFailure('failure', `lab: user-mode Linux did not start (${why}); see the lab's daemon.log`);
}

/** What comes in from this machine's side goes to the stream of that kind. */
async function relay(streams: Streams, { control, guest }: StateDirectory, api: Server): Promise<void> {
  api.on('connection', (socket: Duplex) => join(socket, streams.open(streamNames.api)));
  for (const [socketPath, name] of [
    [control, streamNames.control],
    [guest, streamNames.exec],
  ] as const) {
    const server = createServer({ allowHalfOpen: true }, (socket) => join(socket, streams.open(name)));
    // One that was killed leaves the file; nobody listens on it, as we have the lab's lock.
    rmSync(socketPath, { force: true });
    await listening(server, { path: socketPath });
  }
}

function listening(server: Server, place: { path: string } | { host: string; port: number }) {
  return new Promise<AddressInfo | string | null>((resolve, reject) => {
    server.once('error', reject);
    server.listen(place, () => resolve(server.address()));
  });
}

function tell(report: StartReport): void {
  if (channel.writable) channel.write(`${JSON.stringify(report)}\n`);
}
