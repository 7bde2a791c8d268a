/**
 * Entry of the process that measures proxy modes, in namespaces of its own. It is told what to measure in one message
 * and tells each result as it has it.
 */
import { leaveMachineNamespace } from '../../kernel/netns.js';
import { forkNode } from '../../kernel/node-process.js';
import type { ProxyMode } from '../../proxy/contract.js';
import { createWorld } from '../../world/world.js';
import { chooseIptables, requireMode } from '../choose-tools.js';
import { explain } from '../explain.js';
import type { ModeBenchMessage, ModeBenchRequest } from './contract.js';
import { type Bench, measureMode } from './measure.js';
import { createPlace, type Place } from './place.js';

const serverEntry = new URL('./server.js', import.meta.url);

function tell(message: ModeBenchMessage): void {
  process.send?.(message);
}

/** One process a pod; resolves when all listen. */
async function startServers({ servers }: Place): Promise<ReturnType<typeof forkNode>[]> {
  const children = servers.map(({ network }) => forkNode(serverEntry, { namespace: network }));
  await Promise.all(children.map((child) => new Promise((resolve) => child.once('message', resolve))));
  return children;
}

async function measureAlone(mode: ProxyMode, services: number, bench: Bench): Promise<void> {
  const place = await createPlace();
  const servers = await startServers(place);
  try {
    tell({ kind: 'point', point: await measureMode(mode, services, place, bench) });
  } finally {
    for (const server of servers) server.kill('SIGKILL');
    place.remove();
  }
}

/** With more Services than fail, a mode would fail again. */
async function measureSizes(mode: ProxyMode, sizes: readonly number[], bench: Bench): Promise<void> {
  for (const services of sizes) {
    tell({ kind: 'progress', text: `${mode}: ${services} Services` });
    try {
      await measureAlone(mode, services, bench);
    } catch (error) {
      return tell({ kind: 'failure', failure: { mode, services, why: explain(error).message } });
    }
  }
}

async function missing(mode: ProxyMode): Promise<string | undefined> {
  const place = await createPlace();
  try {
    await requireMode(mode, place.network);
    return undefined;
  } catch (error) {
    return explain(error).message;
  } finally {
    place.remove();
  }
}

async function measureAll({ modes, services, rootless }: ModeBenchRequest): Promise<void> {
  leaveMachineNamespace();
  const { clock } = createWorld({ seed: 0 });
  const sample = await createPlace();
  const variant = await chooseIptables(sample.network, undefined);
  sample.remove();
  for (const mode of modes) {
    const why = await missing(mode);
    if (why === undefined) await measureSizes(mode, services, { variant, rootless, clock });
    else tell({ kind: 'failure', failure: { mode, why } });
  }
  tell({ kind: 'done' });
}

process.on('disconnect', () => process.exit(0));
process.once('message', (request: ModeBenchRequest) => {
  measureAll(request).then(
    () => process.disconnect?.(),
    (error: unknown) => {
      process.stderr.write(`${explain(error).message}\n`);
      process.exit(explain(error).exitCode);
    },
  );
});
tell({ kind: 'ready' });
