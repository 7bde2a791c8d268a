/**
 * Attaching to a container whose program has no streams of its own: what it prints from now on, until it ends.
 */
import { PassThrough, Writable } from 'node:stream';
import type { ExecStreams } from '../contract.js';
import type { RunningContainer } from './contract.js';

export function logStreams(container: RunningContainer): ExecStreams {
  const stdout = new PassThrough();
  const stderr = new PassThrough();
  const close = (): void => {
    stdout.end();
    stderr.end();
  };
  const unfollow = container.follow((line) => stdout.write(`${line.text}\n`), close);
  return {
    stdin: new Writable({ write: (_chunk, _encoding, done) => done() }),
    stdout,
    stderr,
    resize: () => {},
    kill: () => {
      unfollow();
      close();
    },
    ended: container.ended,
  };
}
