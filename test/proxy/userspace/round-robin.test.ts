/** Turns and affinity of a userspace proxy. */
import test from 'ava';
import { chooseEndpoint, firstTurn, type Turn } from '../../../src/proxy/userspace/round-robin.js';
import type { ServiceProxy } from '../../../src/proxy/userspace/service-proxy.js';

function proxy(endpoints: string[], affinitySeconds?: number): ServiceProxy {
  const from = { object: 'Service default/web', field: 'spec.ports[0]' };
  return {
    key: 'k',
    name: 'default/web',
    protocol: 'TCP',
    listenIP: '0.0.0.0',
    port: 1,
    endpoints,
    affinitySeconds,
    from,
  };
}

function sequence(service: ServiceProxy, clients: [name: string, at: number][]): (string | undefined)[] {
  let turn: Turn = firstTurn;
  return clients.map(([client, at]) => {
    const choice = chooseEndpoint(service, turn, client, at);
    turn = choice.turn;
    return choice.endpoint;
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

test('an endpoint that is gone binds nobody', (t) => {
  const first = chooseEndpoint(proxy(['a', 'b'], 10), firstTurn, 'x', 0);
  t.like(chooseEndpoint(proxy(['b'], 10), first.turn, 'x', 1), { endpoint: 'b', reason: 'turn' });
});

test('without endpoints there is a reason in place of one', (t) => {
  t.like(chooseEndpoint(proxy([]), firstTurn, 'x', 0), { endpoint: undefined, reason: 'noEndpoints' });
});
