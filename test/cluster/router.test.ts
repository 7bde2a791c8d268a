/** A router whose FRR does not start leaves nothing behind. */
import test from 'ava';
import { defaultClusterConfig } from '../../src/api/cluster-config.js';
import { LabRouter } from '../../src/cluster/router.js';
import type { Piece } from '../../src/fabric/operation.js';
import type { RoutingDaemons } from '../../src/kernel/frr.js';

test('a router whose FRR does not start is taken away again, and can be tried anew', async (t) => {
  const told: string[] = [];
  const works = { now: false };
  const daemons: RoutingDaemons = {
    ended: new Promise(() => {}),
    start: async () => {
      told.push('start');
      if (!works.now) throw new Error('bgpd (FRR) in router ended with 1');
    },
    vtysh: async () => ({ code: 0, stdout: '', stderr: '' }),
    change: async () => {},
    ask: async () => undefined,
    kill: async () => void told.push('kill'),
  };
  const names = (pieces: readonly Piece[]) => pieces.map(({ key }) => `+${key}`);
  const router = new LabRouter({
    config: defaultClusterConfig(),
    wiring: {
      namespaces: { get: (name) => ({ name, fd: -1 }) },
      change: async (wanted, unwanted = []) => void told.push(...names(wanted), ...unwanted.map((key) => `-${key}`)),
    },
    routing: { available: () => true, create: () => daemons },
    directory: 'frr',
    attach: true,
    leaving: async () => void told.push('leave'),
  });
  await t.throwsAsync(router.up(64500), { message: /ended with 1/ });
  t.deepEqual(told, ['+machine/4-router', 'start', 'kill', 'leave', '-machine/4-router']);
  t.is(router.state, undefined);
  works.now = true;
  t.deepEqual(await router.up(64500), { asn: 64500, address: '192.168.56.254' });
});
