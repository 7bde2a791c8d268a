/** Pods whose commands are real processes of the test machine, so that streams carry real output and exit codes. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import type { PodProcess, PodStreams } from '../../src/apiserver/contract.js';

function run(command: readonly string[], tty: boolean): PodProcess {
  const [program = 'sh', ...args] = command;
  const child = spawn(program, args, { stdio: 'pipe' });
  return {
    stdin: child.stdin,
    stdout: child.stdout,
    ...(tty ? {} : { stderr: child.stderr }),
    resize: (width, height) => void child.stdin.write(`${width}x${height}\n`),
    exit: once(child, 'close').then(([code]) => ({ code: Number(code ?? 137) })),
    kill: () => void child.kill('SIGKILL'),
  };
}

async function* lines(count: number, follow: boolean, signal: AbortSignal): AsyncGenerator<Buffer> {
  for (let index = 1; index <= count; index += 1) yield Buffer.from(`line ${index}\n`);
  if (follow) await new Promise((resolve) => signal.addEventListener('abort', resolve));
}

/** `port` maps every container port to this port of the test machine. */
export function processStreams(port = 0): PodStreams {
  return {
    exec: (_pod, _container, { command, tty }) => run(command, tty),
    attach: (_pod, _container, { tty }) => run(['sh', '-c', 'echo attached; cat'], tty),
    async connect() {
      const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
      await once(socket, 'connect');
      return socket;
    },
    logs: (_pod, _container, { follow, tailLines }, signal) => lines(tailLines ?? 3, follow, signal),
  };
}
