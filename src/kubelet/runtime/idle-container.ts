/**
 * Containers without a program behind them: `pause`, which waits, and programs that end as soon as they start.
 */
import type { Clock } from '../../world/contract.js';
import type { ProcessEnd } from '../contract.js';
import { LogRing } from '../log-ring.js';
import type { ContainerShell, RunningContainer } from './contract.js';

/** SIGTERM makes pause end with 0. Source: kubernetes `build/pause/linux/pause.c`. */
export function startPauseContainer(shell: ContainerShell): RunningContainer {
  let end: (end: ProcessEnd) => void = () => {};
  const ended = new Promise<ProcessEnd>((resolve) => {
    end = resolve;
  });
  const log = new LogRing();
  return {
    exec: (options) => shell.exec(options),
    enter: () => shell.enter(),
    ended,
    stop: async () => {
      log.end();
      end({ exitCode: 0 });
    },
    logs: async () => log.lines(),
    follow: (listener, followEnded) => log.follow(listener, followEnded),
  };
}

/** A container that prints `output` and has ended before anyone looks. */
export function startEndedContainer(
  exitCode: number,
  output: string,
  clock: Clock,
  shell: ContainerShell,
): RunningContainer {
  const log = new LogRing();
  for (const text of output.split('\n').filter((line) => line !== ''))
    log.append({ time: clock.now(), stream: 'stderr', text });
  log.end();
  return {
    exec: (options) => shell.exec(options),
    enter: () => shell.enter(),
    ended: Promise.resolve({ exitCode }),
    stop: async () => {},
    logs: async () => log.lines(),
    follow: (listener, followEnded) => log.follow(listener, followEnded),
  };
}
