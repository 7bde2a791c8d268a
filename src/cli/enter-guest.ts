/**
 * Running a command in a lab that has a kernel of its own: its input, output, terminal, signals and exit code go through
 * the lab's exec socket.
 *
 * Differs: what is typed or piped ahead is read at once, as `ssh` and `kubectl exec -i` do, whether the command reads it or not.
 */
import { connect, type Socket } from 'node:net';
import { constants } from 'node:os';
import { frameKind, framesOf, type GuestCommand, sendFrame, type WindowSize } from '../cluster/guest/frames.js';

/** Resolves with its exit code, 128+N when signal N ended it. @throws Error when nobody listens, or the lab went away */
export async function runInGuest(socketPath: string, command: GuestCommand): Promise<number> {
  const socket = await opened(socketPath);
  const atTerminal = Boolean(process.stdin.isTTY && process.stdout.isTTY);
  socket.write(`${JSON.stringify(atTerminal ? { ...command, terminal: windowSize() } : command)}\n`);
  if (atTerminal) process.stdin.setRawMode(true);
  void sendInput(socket);
  passOn(socket, atTerminal);
  try {
    return await receive(socket);
  } finally {
    if (atTerminal) process.stdin.setRawMode(false);
    process.stdin.destroy();
    socket.destroy();
  }
}

function opened(path: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ path, allowHalfOpen: true }, () => resolve(socket));
    socket.once('error', reject);
  });
}

function windowSize(): WindowSize {
  return { columns: process.stdout.columns, rows: process.stdout.rows };
}

async function sendInput(socket: Socket): Promise<void> {
  try {
    for await (const chunk of process.stdin) await sendFrame(socket, frameKind.data, chunk as Buffer);
    await sendFrame(socket, frameKind.end);
  } catch {
    // Closed by us, at the end.
  }
}

function passOn(socket: Socket, atTerminal: boolean): void {
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const) {
    process.on(name, () => void sendFrame(socket, frameKind.signal, name));
  }
  if (!atTerminal) return;
  process.stdout.on('resize', () => void sendFrame(socket, frameKind.resize, JSON.stringify(windowSize())));
}

async function receive(socket: Socket): Promise<number> {
  for await (const { kind, data } of framesOf(socket)) {
    if (kind === frameKind.exit) return Number(data.toString());
    const output = kind === frameKind.error ? process.stderr : process.stdout;
    if (!output.write(data)) await new Promise((resolve) => output.once('drain', resolve));
  }
  // The lab was taken down under it.
  return 128 + constants.signals.SIGHUP;
}
