/**
 * A container whose program the lab brings along, as a process of its own outside any sandbox: MetalLB's speaker.
 */
import type { Clock } from '../../world/contract.js';
import type { AgentName } from '../images/contract.js';
import { LogRing } from '../log-ring.js';
import type { ContainerStart, StartAgent } from './containers.js';
import type { ContainerShell, RunningContainer } from './contract.js';

export interface AgentParts {
  agents: StartAgent | undefined;
  shell: ContainerShell;
  clock: Clock;
}

/** @throws Error when the program cannot be started */
export async function startAgentContainer(
  start: ContainerStart,
  agent: AgentName,
  { agents, shell, clock }: AgentParts,
): Promise<RunningContainer> {
  if (!agents) throw new Error(`exec: "${agent}": not available without a lab`);
  const process = await agents(agent, start);
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
