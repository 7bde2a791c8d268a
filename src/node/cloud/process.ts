/**
 * Entry of the provider's process, in the network namespace of its machine: health checks, classic load balancers, names.
 * It ends with the daemon.
 */
import type { CloudCommand, CloudReport, Names, Proxy } from '../../cloud/process-plan.js';
import { createWorld } from '../../world/world.js';
import { Checker } from './checker.js';
import { serveNames } from './name-server.js';
import { OpenProxy } from './proxy.js';

process.title = 'kubewire-cloud';

const { clock } = createWorld({ seed: 0 });
const checker = new Checker(clock, (key, health) => tell({ kind: 'health', key, health }));
const open = new Map<string, OpenProxy>();
let names: Names = {};

process.on('message', (command: CloudCommand) => {
  if (command.kind === 'start') {
    return serveNames({ address: command.nameServer, names: () => names, clock, report: complain });
  }
  names = command.names;
  checker.update(command.probes);
  updateProxies(command.proxies);
});
process.on('disconnect', () => process.exit(0));
process.on('SIGINT', () => {});
tell({ kind: 'ready' });

function updateProxies(proxies: readonly Proxy[]): void {
  const wanted = new Set(proxies.map(placeOf));
  for (const [place, proxy] of open) {
    if (wanted.has(place)) continue;
    proxy.close();
    open.delete(place);
  }
  for (const proxy of proxies) {
    const there = open.get(placeOf(proxy));
    if (there) there.update(proxy);
    else open.set(placeOf(proxy), new OpenProxy(proxy, complain));
  }
}

/** Where it listens: a load balancer that moves is another listener. */
function placeOf({ address, port }: Proxy): string {
  return `${address}:${port}`;
}

function complain(error: Error): void {
  process.stderr.write(`cloud: ${error.message}\n`);
}

function tell(report: CloudReport): void {
  process.send?.(report);
}
