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
  return new Readable({ read: () => socket.resume() });
}

function bytesOf(data: RawData): Buffer {
  if (Array.isArray(data)) return Buffer.concat(data);
  return Buffer.isBuffer(data) ? data : Buffer.from(data);
}

interface Inlets {
  stdin: Readable;
  resized: (width: number, height: number) => void;
}

function dispatch(socket: WebSocket, message: Buffer, inlets: Inlets): void {
  const payload = message.subarray(1);
  if (message[0] === channel.stdin) {
    if (payload.length > 0 && !inlets.stdin.readableEnded && !inlets.stdin.push(payload)) socket.pause();
  } else if (message[0] === channel.close && payload[0] === channel.stdin) inlets.stdin.push(null);
  else if (message[0] === channel.resize) {
    const size = parseSize(payload);
    if (size !== undefined) inlets.resized(size.width, size.height);
  }
}

/** Channels over an accepted WebSocket. */
export function webSocketChannels(socket: WebSocket, request: ChannelRequest): RemoteChannels {
  const gone = new AbortController();
  const inlets: Inlets = { stdin: receiver(socket), resized: () => undefined };
  socket.on('message', (data) => dispatch(socket, bytesOf(data), inlets));
  socket.on('error', () => socket.terminate());
  socket.once('close', () => {
    gone.abort();
    inlets.stdin.destroy();
  });
  return {
    ...(request.stdin ? { stdin: inlets.stdin } : {}),
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
