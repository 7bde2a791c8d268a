import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import test from 'ava';
import { createHealthChecks } from '../../../src/node/kube-proxy/health-checks.js';
import { createManualWorld } from '../../../src/world/manual-clock.js';

const listening = (server: Server): Promise<void> => new Promise((resolve) => server.once('listening', resolve));
const check = { namespace: 'default', service: 'web', localEndpoints: 1 };

test('a health check port that something else has is tried again until it can be had', async (t) => {
  const { clock } = createManualWorld(1);
  const other = createServer().listen(0, '127.0.0.1');
  await listening(other);
  const { port } = other.address() as AddressInfo;
  const reported: string[] = [];
  let opened: Promise<void> = Promise.resolve();
  let failed: () => void = () => {};
  const failing = new Promise<void>((resolve) => {
    failed = resolve;
  });
  const checks = createHealthChecks({
    clock,
    listen(server, wanted) {
      if (wanted !== port) return;
      opened = listening(server);
      server.listen(wanted, '127.0.0.1');
    },
    report(error) {
      reported.push((error as NodeJS.ErrnoException).code ?? '');
      failed();
    },
  });
  checks.update([{ ...check, port }]);
  await failing;
  t.deepEqual(reported, ['EADDRINUSE']);
  await new Promise((resolve) => other.close(resolve));
  clock.advance(30_000);
  await opened;
  const answer = await fetch(`http://127.0.0.1:${port}/healthz`);
  t.is(answer.status, 200);
  t.is(answer.headers.get('x-load-balancing-endpoint-weight'), '1');
  await answer.text();
  checks.update([{ ...check, localEndpoints: 0, port }]);
  t.is((await fetch(`http://127.0.0.1:${port}/`)).status, 503);
  checks.update([]);
});
