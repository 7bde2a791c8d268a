/**
 * Further Node processes of the lab, joined to the daemon by an IPC channel: they end when it does.
 */
import { type ChildProcess, fork } from 'node:child_process';

/** Forks a compiled entry file. V8's young generation is kept small: these processes hold little and live long. */
export function forkNode(entry: URL): ChildProcess {
  return fork(entry, [], {
    execArgv: ['--max-semi-space-size=2'],
    serialization: 'json',
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
}
