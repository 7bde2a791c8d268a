/**
 * Entry of a node's userspace proxy: a process in the node's network namespace, through which every connection to a
 * Service goes. It ends with the daemon.
 */
import { createWorld } from '../../world/world.js';
import type { OpenProxy } from './open-proxy.js';
import type { ProxyCommand, ProxyReport } from './protocol.js';
import { openTcp } from './tcp.js';
import { openUdp } from './udp.js';

process.title = 'kubewire-proxy';

const { clock } = createWorld({ seed: 0 });
const open = new Map<string, OpenProxy>();

process.on('message', (command: ProxyCommand) => void obey(command));
process.on('disconnect', () => process.exit(0));
tell({ kind: 'ready' });

async function obey(command: ProxyCommand): Promise<void> {
  const failures = command.kind === 'serve' ? await serve(command.proxies) : close(command.keys);
  tell({ kind: 'done', id: command.id, failures });
}

async function serve(proxies: Extract<ProxyCommand, { kind: 'serve' }>['proxies']): Promise<string[]> {
  const opened = proxies.map(async (proxy) => {
    const there = open.get(proxy.key);
    if (there?.port === proxy.port) return there.update(proxy);
    there?.close();
    open.set(proxy.key, await (proxy.protocol === 'UDP' ? openUdp : openTcp)(proxy, clock));
  });
  const settled = await Promise.allSettled(opened);
  return settled.flatMap((one) => (one.status === 'rejected' ? [String(one.reason)] : []));
}

function close(keys: readonly string[]): string[] {
  for (const key of keys) {
    open.get(key)?.close();
    open.delete(key);
  }
  return [];
}

function tell(report: ProxyReport): void {
  process.send?.(report);
}
