/**
 * port-forward: each connection that kubectl accepts is a pair of SPDY streams with the same `requestid`, `error` and
 * `data`, both naming the `port`.
 *
 * Source: kubelet cri/streaming/portforward/httpstream.go.
 */
import type { Duplex } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { KubeObject } from '../../api/object.js';
import type { PodStreams } from '../contract.js';
import { asStatusError } from '../reply.js';
import { SpdySession, type SpdyStream } from './spdy-session.js';

export const portForwardProtocol = 'portforward.k8s.io';

interface Pair {
  error?: SpdyStream;
  data?: SpdyStream;
}

/** Both directions until either end is done with it. */
async function relay(data: SpdyStream, target: Duplex): Promise<void> {
  target.on('error', () => undefined);
  const both = [pipeline(data, target), pipeline(target, data)];
  await Promise.allSettled(both);
  target.destroy();
}

function portOf({ headers }: SpdyStream): number {
  const port = Number(headers.get('port'));
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw new RangeError(`"${headers.get('port') ?? ''}" is no port`);
  return port;
}

/** kubectl prints what comes on the error stream. */
async function forward(streams: PodStreams, pod: KubeObject, { error, data }: Required<Pair>): Promise<void> {
  try {
    await relay(data, await streams.connect(pod, portOf(data)));
    error.end();
  } catch (fault) {
    const port = data.headers.get('port') ?? '';
    error.end(`error forwarding port ${port} to pod ${pod.metadata.name}, uid : ${asStatusError(fault).message}`);
    data.destroy();
  }
}

/** Serves pairs on a socket that already speaks SPDY, until the client hangs up. */
export function servePortForward(socket: Duplex, head: Buffer, pod: KubeObject, streams: PodStreams): Promise<void> {
  const waiting = new Map<string, Pair>();
  const session = new SpdySession(socket, (stream) => {
    const type = stream.headers.get('streamtype');
    if (type !== 'error' && type !== 'data') {
      stream.destroy();
      return;
    }
    // Clients from before 1.3 sent no requestid; their pairs are consecutive streams.
    const id = stream.headers.get('requestid') ?? `${Math.floor((stream.id - 1) / 4)}`;
    const pair = { ...waiting.get(id), [type]: stream };
    waiting.set(id, pair);
    if (pair.error === undefined || pair.data === undefined) return;
    waiting.delete(id);
    void forward(streams, pod, { error: pair.error, data: pair.data });
  });
  return session.run(head);
}
