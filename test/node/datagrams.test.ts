/** Sockets of the lab's processes: no datagram, and no network that is gone, ends one. On the loopback interface. */
import { createSocket, type RemoteInfo } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import test from 'ava';
import dnsPacket from 'dns-packet';
import { onDatagram } from '../../src/kernel/datagrams.js';
import { serveStream } from '../../src/node/cloud/name-server.js';
import { knock } from '../../src/node/speaker/knock.js';
import { openUdp } from '../../src/node/userspace/udp.js';
import type { ServiceProxy } from '../../src/proxy/userspace/service-proxy.js';
import { createManualClock } from '../../src/world/manual-clock.js';
import { pause } from '../../src/world/pause.js';

/** Of 127.0.0.0/8, where nobody else listens. */
const loopback = '127.93.56.1';

async function socketAt(address: string) {
  const socket = createSocket('udp4');
  socket.bind(0, address);
  await once(socket, 'listening');
  return socket;
}

test('a datagram from port 0 is heard by nobody', (t) => {
  const socket = createSocket('udp4');
  const heard: number[] = [];
  onDatagram(socket, (_message, { port }) => heard.push(port));
  for (const port of [0, 1]) socket.emit('message', Buffer.from('x'), { port } as RemoteInfo);
  t.deepEqual(heard, [1]);
  socket.close();
});

test('an answer that comes after its proxy was closed is lost, and nothing else', async (t) => {
  const endpoint = await socketAt(loopback);
  const client = await socketAt(loopback);
  const clock = createManualClock();
  const proxy: ServiceProxy = {
    key: 'default/dns UDP',
    name: 'default/dns',
    protocol: 'UDP',
    listenIP: loopback,
    port: 40_053,
    endpoints: [`${loopback}:${endpoint.address().port}`],
    affinitySeconds: undefined,
    from: { object: 'Service default/dns', field: 'spec.ports[0]' },
  };
  const open = await openUdp(proxy, clock);
  const exchange = async () => {
    client.send('question', proxy.port, loopback);
    const [, from] = (await once(endpoint, 'message')) as [Buffer, RemoteInfo];
    return from;
  };
  const first = await exchange();
  endpoint.send('answer', first.port, first.address);
  t.is(String((await once(client, 'message'))[0]), 'answer');
  const late = await exchange();
  open.close();
  await new Promise((sent) => endpoint.send('late', late.port, late.address, sent));
  await pause(20);
  t.is(clock.pending, 1, 'its client waits for more');
  clock.advance(1000);
  t.is(clock.pending, 0);
  endpoint.close();
  client.close();
});

test('a knock at what cannot be reached is no answer', async (t) => {
  const clock = createManualClock();
  const heard: string[] = [];
  // The kernel refuses to connect to it, as to any address when the LAN's link is down.
  knock({ address: '255.255.255.255', port: 9 }, clock, (answer) => heard.push(`nobody: ${answer}`));
  await new Promise<void>((both) => {
    knock({ address: loopback, port: 40_054 }, clock, (answer) => {
      heard.push(answer);
      if (heard.length === 2) both();
    });
  });
  t.deepEqual(heard.sort(), ['noSpeaker', 'reachable']);
  clock.advance(1000);
});

test("a connection to the provider's name server is answered, or closed when it asks nothing", async (t) => {
  const clock = createManualClock();
  const names = { 'web.elb.amazonaws.com': ['203.0.113.7'] };
  const server = createServer((socket) => serveStream(socket, { names: () => names, clock })).listen(0, loopback);
  await once(server, 'listening');
  const place = { host: loopback, port: (server.address() as AddressInfo).port };
  const silent = connect(place).resume();
  while (clock.pending === 0) await pause(5);
  clock.advance(10_000);
  await once(silent, 'close');
  const questions = [{ type: 'A', name: 'web.elb.amazonaws.com' } as const];
  const asking = connect(place);
  asking.write(dnsPacket.streamEncode({ type: 'query', id: 7, questions }));
  const [bytes] = (await once(asking, 'data')) as [Buffer];
  t.like(dnsPacket.streamDecode(bytes).answers?.[0], { data: '203.0.113.7' });
  await once(asking, 'close');
  await new Promise((closed) => server.close(closed));
  await pause(5);
  t.is(clock.pending, 0);
});
