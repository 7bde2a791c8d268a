/**
 * The control channel between `lab` commands and the daemon: HTTP with JSON on a Unix socket in the state directory.
 *
 * It carries what is not Kubernetes' (targets, digest, down, faults); Kubernetes objects go through the API.
 * Whoever may open the socket owns the lab: the directory's mode is the only guard, as with any Unix socket.
 */
import { rmSync } from 'node:fs';
import { createServer, type IncomingMessage, request, type Server } from 'node:http';
import { StatusError } from '../api/status.js';

export type ControlHandler = (body: unknown) => Promise<unknown> | unknown;

/** The error of a control request: the daemon's one line, with the machine-readable kind. */
export class ControlError extends Error {
  override readonly name = 'ControlError';

  constructor(
    message: string,
    readonly kind: string,
  ) {
    super(message);
  }
}

/** A manifest of 10,000 Services is about 8 MB; nothing sensible is larger than this. */
const MOST_BYTES = 64 * 1024 * 1024;

/** Serves `POST /<name>` with the handler of that name. */
export function serveControl(socketPath: string, handlers: ReadonlyMap<string, ControlHandler>): Promise<Server> {
  const server = createServer(async (incoming, response) => {
    const { code, body } = await answer(incoming, handlers);
    response.writeHead(code, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
  });
  // A daemon that was killed leaves its socket's file; nobody listens on it, as only one daemon of a name gets here.
  rmSync(socketPath, { force: true });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(socketPath, () => resolve(server));
  });
}

async function answer(
  incoming: IncomingMessage,
  handlers: ReadonlyMap<string, ControlHandler>,
): Promise<{ code: number; body: unknown }> {
  const handler = handlers.get((incoming.url ?? '').slice(1));
  if (!handler) return { code: 404, body: { error: `no such request: ${incoming.url}`, kind: 'usage' } };
  try {
    return { code: 200, body: (await handler(await readJson(incoming))) ?? null };
  } catch (error) {
    const kind = error instanceof ControlError ? error.kind : error instanceof StatusError ? 'refused' : 'failure';
    return { code: 500, body: { error: error instanceof Error ? error.message : String(error), kind } };
  }
}

async function readJson(incoming: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MOST_BYTES) throw new ControlError(`request is larger than ${MOST_BYTES} bytes`, 'usage');
    chunks.push(chunk);
  }
  const text = Buffer.concat(chunks).toString('utf8');
  return text === '' ? undefined : JSON.parse(text);
}

/**
 * Asks the daemon. @throws ControlError with its words; the socket's own error when nobody listens.
 * @param patience milliseconds of silence after which nobody is taken to listen; absent: however long it takes
 */
export async function askControl<T>(socketPath: string, name: string, body?: unknown, patience = 0): Promise<T> {
  const incoming = await new Promise<IncomingMessage>((resolve, reject) => {
    const outgoing = request({ socketPath, path: `/${name}`, method: 'POST', timeout: patience }, resolve);
    outgoing.once('timeout', () => outgoing.destroy(new Error(`no answer in ${patience} ms`)));
    outgoing.once('error', reject);
    outgoing.end(body === undefined ? '' : JSON.stringify(body));
  });
  const value = await readJson(incoming);
  if (incoming.statusCode === 200) return value as T;
  const { error, kind } = value as { error: string; kind: string };
  throw new ControlError(error, kind);
}
