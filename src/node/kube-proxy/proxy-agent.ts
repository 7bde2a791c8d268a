/**
 * The program of a kube-proxy pod's container: it does nothing but print what is said of its node.
 */
import type { ProcessEnd } from '../../kubelet/contract.js';
import type { ContainerStart } from '../../kubelet/runtime/containers.js';
import type { AgentProcess } from '../../kubelet/runtime/contract.js';
import type { ProxyLogs } from './proxy-log.js';

/** How a Go program without a handler ends as the first process of its container. Source: Go runtime, dieFromSignal. */
const TERMINATED = 2;

export async function startProxyAgent({ place, container }: ContainerStart, logs: ProxyLogs): Promise<AgentProcess> {
  const verbosity = verbosityOf([...(container.command ?? []), ...(container.args ?? [])]);
  let stop = () => {};
  let end: (end: ProcessEnd) => void = () => {};
  return {
    ended: new Promise((resolve) => {
      end = resolve;
    }),
    onLine(line) {
      stop = logs.of(place.node).printOn({ verbosity, line });
    },
    kill() {
      stop();
      end({ exitCode: TERMINATED });
    },
  };
}

/** The `-v` of a command line: `-v=2`, `--v=2`, `--v 2`. 0 when there is none, as in kubeadm's. */
export function verbosityOf(command: readonly string[]): number {
  const found = /(?:^| )--?v[= ](\d+)(?= |$)/.exec(command.join(' '));
  return Number(found?.[1] ?? 0);
}
