/**
 * How the known server images read their arguments and environment.
 * Sources: traefik/whoami `app.go`, hashicorp/http-echo `main.go`, kubernetes `test/images/agnhost/netexec`.
 */
import type { Container } from 'kubernetes-types/core/v1.js';
import type { ContainerPlan, PlanContext, Protocol, ServerBehaviour, ServerPlan } from './contract.js';
import { flagValue, listenPort, portNumber } from './flags.js';

type Planner = (container: Container, context: PlanContext) => ContainerPlan;

/** An image that listens on one fixed TCP port whatever it is told. */
export function onPort(port: number, behaviour: ServerBehaviour, documents?: string): Planner {
  return (container) => {
    const servers: ServerPlan[] = [{ container: container.name, protocol: 'TCP', port, behaviour, parameters: {} }];
    return { kind: 'servers', servers: servers.map((plan) => ({ ...plan, ...(documents ? { documents } : {}) })) };
  };
}

/** `--port`, else WHOAMI_PORT_NUMBER, else 80; `--name`, else WHOAMI_NAME. */
export function planWhoami(container: Container, { env }: PlanContext): ContainerPlan {
  const args = container.args ?? [];
  const port = portNumber(flagValue(args, 'port') ?? env['WHOAMI_PORT_NUMBER']) ?? 80;
  const name = flagValue(args, 'name') ?? env['WHOAMI_NAME'] ?? '';
  return serve(container, 'whoami', [['TCP', port]], { name });
}

/** `-text`, else ECHO_TEXT; `-listen`, default `:5678`. Without a text the real program exits with 127. */
export function planHttpEcho(container: Container, { env }: PlanContext): ContainerPlan {
  const args = container.args ?? [];
  const text = flagValue(args, 'text') ?? env['ECHO_TEXT'] ?? '';
  if (text === '') return { kind: 'exit', exitCode: 127, output: 'Missing -text option!\n' };
  const port = listenPort(flagValue(args, 'listen')) ?? 5678;
  return serve(container, 'http-echo', [['TCP', port]], { text, status: flagValue(args, 'status-code') ?? '200' });
}

/** The agnhost subcommands that serve; everything else, like its default, pauses. */
export function planAgnhost(container: Container): ContainerPlan {
  const [subcommand = 'pause', ...args] = container.args ?? [];
  if (subcommand === 'netexec') {
    const http = portNumber(flagValue(args, 'http-port')) ?? 8080;
    const udp = portNumber(flagValue(args, 'udp-port')) ?? 8081;
    const ports: [Protocol, number][] = [
      ['TCP', http],
      ['UDP', udp],
    ];
    return serve(container, 'netexec', ports, { delayShutdown: flagValue(args, 'delay-shutdown') ?? '0' });
  }
  if (subcommand !== 'serve-hostname') return { kind: 'pause' };
  const port = portNumber(flagValue(args, 'port')) ?? 9376;
  return serve(container, 'serve-hostname', [['TCP', port]]);
}

/** The ports of kubeadm's Corefile: the DNS itself, health, ready, prometheus. They are served by the cluster DNS, src/dns. */
export function planCoreDns(container: Container): ContainerPlan {
  return serve(container, 'coredns', [
    ['UDP', 53],
    ['TCP', 53],
    ['TCP', 8080],
    ['TCP', 8181],
    ['TCP', 9153],
  ]);
}

function serve(
  container: Container,
  behaviour: ServerBehaviour,
  ports: readonly [Protocol, number][],
  parameters: Readonly<Record<string, string>> = {},
): ContainerPlan {
  const servers = ports.map(
    ([protocol, port]): ServerPlan => ({ container: container.name, protocol, port, behaviour, parameters }),
  );
  return { kind: 'servers', servers };
}
