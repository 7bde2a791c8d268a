/**
 * Carrying out one probe or hook: an HTTP request or a connection from the node, a command in the container.
 * Source: kubernetes `pkg/probe/{http,tcp,exec}`; the texts are Go's.
 */
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { Socket } from 'node:net';
import { connectFrom } from '../../kernel/connect.js';
import type { NetworkNamespace } from '../../kernel/netns.js';
import type { Clock } from '../../world/contract.js';
import type { ExecStreams } from '../contract.js';
import type { ProbeOutcome } from '../lifecycle/probe-state.js';
import { type HttpTarget, urlText } from './target.js';

/** kubelet cuts what a failed probe printed. Source: `pkg/probe/exec` maxReadLength. */
const maxOutput = 10 * 1024;

/** Runs with a deadline. A status from 200 to 399 is a success. */
export function probeHttp(
  from: NetworkNamespace,
  target: HttpTarget,
  timeoutMs: number,
  clock: Clock,
): Promise<ProbeOutcome> {
  const url = urlText(target);
  return new Promise((resolve) => {
    const send = target.scheme === 'https' ? requestHttps : requestHttp;
    const socket = connectFrom(from, target.address, target.port);
    const request = send({
      host: target.address,
      port: target.port,
      path: target.path,
      headers: target.headers,
      createConnection: () => socket,
      // Source: pkg/probe/http: certificates are not verified.
      ...(target.scheme === 'https' ? { rejectUnauthorized: false } : {}),
    });
    const cancel = clock.after(timeoutMs, () => {
      resolve({
        success: false,
        output: `Get "${url}": context deadline exceeded (Client.Timeout exceeded while awaiting headers)`,
      });
      request.destroy();
    });
    const done = (outcome: ProbeOutcome): void => {
      cancel();
      resolve(outcome);
    };
    request.once('response', (response) => {
      response.resume();
      const { statusCode = 0 } = response;
      done({
        success: statusCode >= 200 && statusCode < 400,
        output: `HTTP probe failed with statuscode: ${statusCode}`,
      });
    });
    request.once('error', (error) => done({ success: false, output: `Get "${url}": ${dialError(error, target)}` }));
    request.end();
  });
}

/** A connection that opens is a success. */
export function probeTcp(
  from: NetworkNamespace,
  target: { address: string; port: number },
  timeoutMs: number,
  clock: Clock,
): Promise<ProbeOutcome> {
  return new Promise((resolve) => {
    const socket: Socket = connectFrom(from, target.address, target.port);
    const done = (outcome: ProbeOutcome): void => {
      cancel();
      socket.destroy();
      resolve(outcome);
    };
    const cancel = clock.after(timeoutMs, () =>
      done({ success: false, output: `dial tcp ${target.address}:${target.port}: i/o timeout` }),
    );
    socket.once('connect', () => done({ success: true, output: '' }));
    socket.once('error', (error) => done({ success: false, output: dialError(error, target) }));
  });
}

/** Go's words for what Node's error code says. */
function dialError(error: NodeJS.ErrnoException, { address, port }: { address: string; port: number }): string {
  const reasons: Record<string, string> = {
    ECONNREFUSED: 'connect: connection refused',
    EHOSTUNREACH: 'connect: no route to host',
    ENETUNREACH: 'connect: network is unreachable',
    ECONNRESET: 'read: connection reset by peer',
  };
  return `dial tcp ${address}:${port}: ${reasons[error.code ?? ''] ?? error.message}`;
}

/** Exit code 0 is a success; otherwise what the command printed is the reason. */
export async function probeExec(
  start: () => Promise<ExecStreams>,
  command: readonly string[],
  timeoutMs: number,
  clock: Clock,
): Promise<ProbeOutcome> {
  const child = await start();
  let output = '';
  const collect = (chunk: Buffer): void => {
    if (output.length < maxOutput) output += chunk.toString();
  };
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  return new Promise((resolve) => {
    const cancel = clock.after(timeoutMs, () => {
      child.kill();
      const seconds = timeoutMs / 1000;
      resolve({
        success: false,
        output: `command timed out: ${JSON.stringify(command.join(' '))} timed out after ${seconds}s`,
      });
    });
    void child.ended.then(({ exitCode }) => {
      cancel();
      resolve({ success: exitCode === 0, output: output.slice(0, maxOutput) });
    });
  });
}
