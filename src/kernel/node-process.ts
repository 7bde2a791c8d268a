/**
 * Further Node processes of the lab, joined to the daemon by an IPC channel: they end when it does.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { inNamespace, type NetworkNamespace } from './netns.js';

export interface ForkOptions {
  /** The network namespace it lives in; absent: the daemon's own. */
  namespace?: NetworkNamespace;
  /** Descriptors that it has as 4, 5, …; 3 is the channel. */
  descriptors?: readonly number[];
  /** Further options of node. */
  execArgv?: readonly string[];
  /** Of libuv's pool, where calls that block wait; absent: libuv's own number, 4. */
  threads?: number;
}

/** The first of `ForkOptions.descriptors`, as the child sees it. */
export const FIRST_DESCRIPTOR = 4;

/** Forks a compiled entry file. V8's young generation is kept small: these processes hold little and live long. */
export function forkNode(entry: URL, options: ForkOptions = {}): ChildProcess {
  const { namespace, descriptors = [], execArgv = [], threads } = options;
  const pool = threads === undefined ? {} : { UV_THREADPOOL_SIZE: String(threads) };
  const start = () =>
    fork(entry, [], {
      execArgv: ['--max-semi-space-size=2', ...execArgv],
      env: { ...process.env, ...pool },
      serialization: 'json',
      stdio: ['ignore', 'inherit', 'inherit', 'ipc', ...descriptors],
    });
  return namespace ? inNamespace(namespace, start) : start();
}
