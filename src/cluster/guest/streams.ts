/**
 * Many streams of bytes over one, by HTTP/2: it multiplexes, and it keeps a slow reader of one stream from holding up
 * the others. A stream has a name and no other meaning here. Source: RFC 9113.
 */
import {
  type ClientHttp2Session,
  connect,
  createServer,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import type { Duplex } from 'node:stream';

/** Bytes on the way that nobody has read yet, of one stream: what a serial line carries in about a tenth of a second. */
const WINDOW = 256 * 1024;
const settings = { initialWindowSize: WINDOW };
/** In megabytes; the default would end a session that carries a manifest of 10,000 Services. */
const MOST_MEMORY = 256;

/** What a guest serves: by name, what to do with a new stream. */
export type StreamHandlers = Readonly<Record<string, (stream: Duplex) => void>>;

/** The end that opens streams. */
export interface Streams {
  open(name: string): Duplex;
  /** When the other end has said goodbye, or the line broke. */
  readonly closed: Promise<void>;
}

/** Opens streams over the line. */
export function openStreams(line: Duplex): Streams {
  const session: ClientHttp2Session = connect('http://guest', {
    createConnection: () => line,
    settings,
    maxSessionMemory: MOST_MEMORY,
  });
  session.on('error', (error) => process.stderr.write(`line to the guest: ${error}\n`));
  const closed = new Promise<void>((resolve) => {
    session.once('goaway', () => resolve());
    session.once('close', () => resolve());
  });
  return {
    closed,
    open(name) {
      return session.request({ ':method': 'POST', ':path': `/${name}` }, { endStream: false });
    },
  };
}

/** Serves the streams that the other end opens. What it returns says goodbye; `done` is called when that is on its way. */
export function serveStreams(line: Duplex, handlers: StreamHandlers): (done: () => void) => void {
  const server = createServer({ settings, maxSessionMemory: MOST_MEMORY });
  server.on('stream', (stream: ServerHttp2Stream, headers) => {
    const handler = handlers[(headers[':path'] ?? '').slice(1)];
    stream.on('error', () => undefined);
    stream.respond({ ':status': handler ? 200 : 404 }, { endStream: !handler });
    handler?.(stream);
  });
  server.on('sessionError', (error) => process.stderr.write(`line to the machine: ${error}\n`));
  const session = new Promise<ServerHttp2Session>((resolve) => {
    server.once('session', resolve);
  });
  server.emit('connection', line);
  return (done) =>
    void session.then((one) => {
      one.once('close', done);
      one.destroy();
    });
}

/** Each one's bytes go to the other; when one breaks, so does the other. */
export function join(one: Duplex, other: Duplex): void {
  for (const [from, to] of [
    [one, other],
    [other, one],
  ] as const) {
    from.on('error', () => to.destroy());
    from.once('close', () => {
      if (!from.readableEnded) to.destroy();
    });
    from.pipe(to);
  }
}

/** The first line of a stream, without its end; what follows can still be read. Undefined when it ends before. */
export function firstLine(stream: Duplex): Promise<string | undefined> {
  let text = Buffer.alloc(0);
  return new Promise((resolve) => {
    const done = (line: string | undefined): void => {
      stream.off('readable', look);
      stream.off('close', gone);
      resolve(line);
    };
    const gone = (): void => done(undefined);
    const look = (): void => {
      for (let chunk = stream.read() as Buffer | null; chunk !== null; chunk = stream.read() as Buffer | null) {
        text = Buffer.concat([text, chunk]);
        const end = text.indexOf('\n');
        if (end < 0) continue;
        if (end + 1 < text.length) stream.unshift(text.subarray(end + 1));
        return done(text.toString('utf8', 0, end));
      }
    };
    stream.on('readable', look);
    stream.once('close', gone);
  });
}
