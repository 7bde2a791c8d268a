/** Turns and affinity of a userspace proxy. */
import test from 'ava';
import { Turns } from '../../../src/node/userspace/turns.js';
import { chooseEndpoint } from '../../../src/proxy/userspace/round-robin.js';
import type { ServiceProxy } from '../../../src/proxy/userspace/service-proxy.js';
import { createManualClock } from '../../../src/world/manual-clock.js';

function proxy(endpoints: string[], affinitySeconds?: number): ServiceProxy {
  const from = { object: 'Service default/web', field: 'spec.ports[0]' };
  return {
    key: 'k',
    name: 'default/web',
    protocol: 'TCP',
    listenIP: '0.0.0.0',
    port: 1,
    endpoints: endpoints.map((name) => `${name}:80`),
    affinitySeconds,
    from,
  };
}

/** What each client gets, at its second, in their order. */
function sequence(service: ServiceProxy, clients: [name: string, at: number][]): (string | undefined)[] {
  const clock = createManualClock(0);
  const turns = new Turns(service, clock);
  return clients.map(([client, at]) => {
    clock.advance(at * 1000 - clock.now());
    return turns.next(client)?.host;
  });
}

test('endpoints take turns', (t) => {
  t.deepEqual(
    sequence(proxy(['a', 'b']), [
      ['x', 0],
      ['x', 1],
      ['y', 2],
      ['x', 3],
    ]),
    ['a', 'b', 'a', 'b'],
  );
});

test('a client keeps its endpoint until it was away too long', (t) => {
  const sticky = proxy(['a', 'b'], 10);
  t.deepEqual(
    sequence(sticky, [
      ['x', 0],
      ['y', 1],
      ['x', 9],
      ['x', 18],
      ['x', 28],
    ]),
    ['a', 'b', 'a', 'a', 'a'],
  );
  t.deepEqual(
    sequence(sticky, [
      ['x', 0],
      ['x', 10],
    ]),
    ['a', 'b'],
  );
});

test('clients that were away too long are forgotten, and so is the endpoint that did not answer', (t) => {
  const clock = createManualClock(0);
  const turns = new Turns(proxy(['a', 'b', 'c'], 10), clock);
  const got = (client: string, another = false) => turns.next(client, another)?.host;
  t.deepEqual([got('x'), got('y'), got('x', true), got('x')], ['a', 'b', 'c', 'c']);
  clock.advance(9000);
  t.deepEqual([got('x'), turns.sticking], ['c', 2]);
  clock.advance(1000);
  t.deepEqual([got('x'), turns.sticking], ['c', 1]);
  turns.update(proxy(['a']));
  t.deepEqual([got('z'), got('x'), turns.sticking], ['a', 'a', 0]);
});

test('a proxy without affinity, or without endpoints, remembers nobody', (t) => {
  const turns = new Turns(proxy([], 10), createManualClock(0));
  t.deepEqual([turns.next('x'), turns.sticking], [undefined, 0]);
  turns.update(proxy(['a']));
  t.deepEqual([turns.next('x')?.host, turns.sticking], ['a', 0]);
});

test('an endpoint that is gone binds nobody', (t) => {
  const own = { endpoint: 'a:80', usedAt: 0 };
  t.deepEqual(chooseEndpoint(proxy(['b'], 10), 0, own, 1), { endpoint: 'b:80', reason: 'turn', next: 0 });
  t.like(chooseEndpoint(proxy(['b', 'a'], 10), 0, own, 1), { endpoint: 'a:80', reason: 'affinity' });
});

test('without endpoints there is a reason in place of one', (t) => {
  t.like(chooseEndpoint(proxy([]), 0, undefined, 0), { endpoint: undefined, reason: 'noEndpoints' });
});
