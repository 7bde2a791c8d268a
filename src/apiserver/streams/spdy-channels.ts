/**
 * exec and attach over SPDY: the client opens one stream a channel, named by its `streamtype` header.
 *
 * Source: kubelet cri/streaming/remotecommand/httpstream.go (`createHTTPStreamStreams`), protocol v4.channel.k8s.io.
 */
import type { Duplex } from 'node:stream';
import type { Clock } from '../../world/contract.js';
import type { RemoteChannels } from './remote-command.js';
import { SpdySession, type SpdyStream } from './spdy-session.js';
import { parseSize } from './terminal-size.js';

/** Which channels a request asks for. */
export interface ChannelRequest {
  stdin: boolean;
  stdout: boolean;
  stderr: boolean;
  tty: boolean;
}

/** Upstream's DefaultStreamCreationTimeout. */
const creationTimeout = 30_000;

function expectedTypes({ stdin, stdout, stderr, tty }: ChannelRequest): string[] {
  return [
    'error',
    ...(stdin ? ['stdin'] : []),
    ...(stdout ? ['stdout'] : []),
    ...(stderr ? ['stderr'] : []),
    ...(tty ? ['resize'] : []),
  ];
}

/** Reads one JSON document after the other from a resize stream. */
function readSizes(stream: SpdyStream | undefined, listener: (width: number, height: number) => void): void {
  stream?.on('data', (chunk: Buffer) => {
    const size = parseSize(chunk);
    if (size !== undefined) listener(size.width, size.height);
  });
}

function toChannels(session: SpdySession, streams: ReadonlyMap<string, SpdyStream>): RemoteChannels {
  return {
    stdin: streams.get('stdin'),
    stdout: streams.get('stdout'),
    stderr: streams.get('stderr'),
    onResize: (listener) => readSizes(streams.get('resize'), listener),
    finish(status) {
      const error = streams.get('error');
      error?.end(JSON.stringify(status), () => session.close());
      if (error === undefined || error.destroyed) session.close();
    },
    gone: session.gone,
  };
}

/** Calls `onReady` when the expected streams are there; gives up after a while. The socket already speaks SPDY. */
export function serveSpdyChannels(
  socket: Duplex,
  head: Buffer,
  request: ChannelRequest,
  clock: Clock,
  onReady: (channels: RemoteChannels) => void,
): void {
  const missing = new Set(expectedTypes(request));
  const streams = new Map<string, SpdyStream>();
  const session = new SpdySession(socket, (stream) => {
    const type = stream.headers.get('streamtype') ?? '';
    if (!missing.delete(type)) {
      stream.destroy();
      return;
    }
    streams.set(type, stream);
    if (missing.size > 0) return;
    cancel();
    onReady(toChannels(session, streams));
  });
  const cancel = clock.after(creationTimeout, () => session.close());
  session.gone.addEventListener('abort', cancel, { once: true });
  void session.run(head);
}
