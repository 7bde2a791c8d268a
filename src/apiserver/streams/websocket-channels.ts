/**
 * exec and attach over WebSocket: the first byte of a message is its channel.
 *
 * Source: KEP-4006, apimachinery `pkg/util/remotecommand/constants.go`; channels 0 stdin, 1 stdout, 2 stderr, 3 error,
 * 4 resize; in v5 255 closes the channel that its one byte names.
 */
import { Readable, Writable } from 'node:stream';
import type { RawData, WebSocket } from 'ws';
import type { RemoteChannels } from './remote-command.js';
import type { ChannelRequest } from './spdy-channels.js';
import { parseSize } from './terminal-size.js';

const channel = { stdin: 0, stdout: 1, stderr: 2, error: 3, resize: 4, close: 255 } as const;

/** Subprotocols, best first. */
export const remoteCommandProtocols = ['v5.channel.k8s.io', 'v4.channel.k8s.io'] as const;

const normalClosure = 1000;

function sender(socket: WebSocket, number: number): Writable {
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      socket.send(Buffer.concat([Buffer.from([number]), chunk]), (fault) => done(fault ?? null));
    },
  });
}

/** stdin as a stream; the connection waits while nobody reads it. */
function receiver(socket: WebSocket): Readable {
  const resume = () => socket.resume();
  const stdin = new Readable({ read: resume });
  return stdin.on('error', resume).on('close', resume);
}

function bytesOf(data: RawData): Buffer {
  if (Array.isArray(data)) return Buffer.concat(data);
  return Buffer.isBuffer(data) ? data : Buffer.from(data);
}

interface Inlets {
  /** Absent when the request asked for none: what comes is dropped. */
  stdin?: Readable;
  resized: (width: number, height: number) => void;
}

/** A process may stop reading before the client stops sending: the rest is dropped, and the connection goes on. */
function feed(socket: WebSocket, stdin: Readable | undefined, bytes: Buffer): void {
  if (stdin === undefined || stdin.destroyed || bytes.length === 0) return;
  if (!stdin.push(bytes)) socket.pause();
}

function dispatch(socket: WebSocket, message: Buffer, { stdin, resized }: Inlets): void {
  const payload = message.subarray(1);
  switch (message[0]) {
    case channel.stdin:
      return feed(socket, stdin, payload);
    case channel.close:
      if (payload[0] === channel.stdin) stdin?.push(null);
      return;
    case channel.resize: {
      const size = parseSize(payload);
      if (size !== undefined) resized(size.width, size.height);
      return;
    }
    default:
      return;
  }
}

/** Channels over an accepted WebSocket. */
export function webSocketChannels(socket: WebSocket, request: ChannelRequest): RemoteChannels {
  const gone = new AbortController();
  const stdin = request.stdin ? receiver(socket) : undefined;
  const inlets: Inlets = { stdin, resized: () => undefined };
  socket.on('message', (data) => dispatch(socket, bytesOf(data), inlets));
  socket.on('error', () => socket.terminate());
  socket.once('close', () => {
    gone.abort();
    stdin?.destroy();
  });
  return {
    stdin,
    ...(request.stdout ? { stdout: sender(socket, channel.stdout) } : {}),
    ...(request.stderr ? { stderr: sender(socket, channel.stderr) } : {}),
    onResize(listener) {
      inlets.resized = listener;
    },
    finish(status) {
      const bytes = Buffer.concat([Buffer.from([channel.error]), Buffer.from(JSON.stringify(status))]);
      socket.send(bytes, () => socket.close(normalClosure));
    },
    gone: gone.signal,
  };
}
