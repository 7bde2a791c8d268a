/**
 * The kubelet as the API server sees it: exec, attach, logs and port-forward of pods.
 */
import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import type { KubeObject } from '../api/object.js';
import { StatusError } from '../api/status.js';
import type { LogRequest, PodProcess, PodStreams } from '../apiserver/contract.js';
import { connectFrom } from '../kernel/connect.js';
import type { ContainerRef, ExecStreams, LogOptions } from '../kubelet/contract.js';
import type { Kubelet } from '../kubelet/kubelet.js';

export function podStreamsOf(kubelet: Kubelet): PodStreams {
  return {
    async exec(pod, container, { command, tty, stdin }) {
      return processOf(await kubelet.exec(refOf(pod, container), { command, tty, stdin }), { tty, stdin });
    },
    async attach(pod, container, { tty, stdin }) {
      return processOf(await kubelet.attach(refOf(pod, container), { tty, stdin }), { tty, stdin });
    },
    connect: (pod, port) => forwardTo(kubelet, pod, port),
    // Asked at once and not at the first line, so that a refusal can still be the answer.
    logs: (pod, container, request, signal) =>
      encoded(kubelet.logs(refOf(pod, container), { ...logOptionsOf(request), signal })),
  };
}

function refOf({ metadata }: KubeObject, container: string): ContainerRef {
  return { namespace: metadata.namespace ?? 'default', pod: metadata.name, container };
}

function processOf(streams: ExecStreams, { tty, stdin }: { tty: boolean; stdin: boolean }): PodProcess {
  const { stdout, stderr, resize, kill, ended } = streams;
  if (!stdin) streams.stdin.end();
  return {
    stdout,
    resize,
    kill,
    exit: ended.then(({ exitCode }) => ({ code: exitCode })),
    ...(stdin && { stdin: streams.stdin }),
    ...(!tty && { stderr }),
  };
}

/** Port-forward reaches what listens on the pod's loopback too, as containerd's does by entering the namespace. */
async function forwardTo(kubelet: Kubelet, { metadata }: KubeObject, port: number): Promise<Duplex> {
  const worker = kubelet.worker(metadata.namespace ?? 'default', metadata.name);
  const attachment = worker?.attachment;
  if (!attachment) throw new StatusError('BadRequest', `pod ${metadata.name} is not running`);
  const socket = connectFrom(attachment.namespace, '127.0.0.1', port);
  await once(socket, 'connect');
  return socket;
}

async function* encoded(lines: AsyncIterable<string>): AsyncIterable<Buffer> {
  for await (const line of lines) yield Buffer.from(line);
}

function logOptionsOf(request: LogRequest): LogOptions {
  const { follow, previous, timestamps, tailLines, sinceSeconds, sinceTime, limitBytes } = request;
  return {
    follow,
    previous,
    timestamps,
    ...(tailLines !== undefined && { tail: tailLines }),
    ...(sinceSeconds !== undefined && { sinceMs: sinceSeconds * 1000 }),
    ...(sinceTime !== undefined && { sinceTime: Date.parse(sinceTime) }),
    ...(limitBytes !== undefined && { limitBytes }),
  };
}
