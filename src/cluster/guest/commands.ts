/**
 * One command of `lab exec` inside the guest, fed and drained through a stream.
 */
import type { Duplex, Readable } from 'node:stream';
import { findProgram, type SandboxProcess, spawnIn } from '../../kernel/sandbox-process.js';
import { type Frame, frameKind, framesOf, type GuestCommand, sendFrame, type WindowSize } from './frames.js';
import { firstLine } from './streams.js';

/** Runs what the stream asks for. When whoever asked is gone, so is the command. */
export async function serveCommand(stream: Duplex): Promise<void> {
  const line = await firstLine(stream);
  if (line === undefined) return;
  const running = start(JSON.parse(line) as GuestCommand);
  stream.once('close', () => running.kill('SIGHUP'));
  void obey(stream, running);
  await Promise.all([
    forward(stream, frameKind.data, running.stdout),
    forward(stream, frameKind.error, running.stderr),
  ]);
  const { exitCode } = await running.ended;
  await sendFrame(stream, frameKind.exit, String(exitCode));
  stream.end();
}

function start({ argv: [program = '', ...args], env, terminal }: GuestCommand): SandboxProcess {
  const given = { argv: args, env, stdin: true, tty: terminal !== undefined, ...terminal };
  return spawnIn(undefined, [findProgram(program), ...args], given).process;
}

async function obey(stream: Duplex, running: SandboxProcess): Promise<void> {
  try {
    for await (const frame of framesOf(stream)) act(frame, running);
  } catch {
    // It broke off: its close says the rest.
  }
}

function act({ kind, data }: Frame, running: SandboxProcess): void {
  if (kind === frameKind.data) running.stdin.write(data);
  if (kind === frameKind.end) running.stdin.end();
  if (kind === frameKind.signal) running.kill(data.toString() as NodeJS.Signals);
  if (kind !== frameKind.resize) return;
  const { columns, rows } = JSON.parse(data.toString()) as WindowSize;
  running.resize(columns, rows);
}

async function forward(stream: Duplex, kind: number, output: Readable): Promise<void> {
  for await (const chunk of output) await sendFrame(stream, kind, chunk as Buffer);
}
