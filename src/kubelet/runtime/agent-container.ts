/**
 * A container whose program the lab brings along, outside any sandbox: MetalLB's speaker, which is a process of its own, and
 * kube-proxy, whose work the daemon does.
 */
import type { Clock } from '../../world/contract.js';
import { LogRing } from '../log-ring.js';
import type { AgentProcess, ContainerShell, RunningContainer } from './contract.js';

export function agentContainer(process: AgentProcess, shell: ContainerShell, clock: Clock): RunningContainer {
  const log = new LogRing();
  process.onLine((text) => log.append({ time: clock.now(), stream: 'stdout', text }));
  void process.ended.then(() => log.end());
  return {
    ended: process.ended,
    exec: (options) => shell.exec(options),
    enter: () => shell.enter(),
    async stop(graceMilliseconds) {
      process.kill('SIGTERM');
      const cancel = clock.after(graceMilliseconds, () => process.kill('SIGKILL'));
      await process.ended;
      cancel();
    },
    logs: async () => log.lines(),
    follow: (listener, ended) => log.follow(listener, ended),
  };
}
