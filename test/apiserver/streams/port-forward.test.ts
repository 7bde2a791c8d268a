import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import test, { type ExecutionContext } from 'ava';
import WebSocket from 'ws';
import { type Lab, startLab, token } from '../harness.js';
import { processStreams } from '../process-streams.js';
import { connectSpdy, type SpdyClient } from './spdy-client.js';

const path = '/api/v1/namespaces/default/pods/p/portforward';

/** A pod whose every port is a server that says back what it hears, in capitals. */
async function forwardLab(t: ExecutionContext, listening = true): Promise<Lab> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('data', (chunk) => socket.write(chunk.toString().toUpperCase()));
    socket.on('end', () => socket.end('BYE'));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  t.teardown(() => server.close());
  if (!listening) server.close();
  const lab = await startLab(t, { streams: processStreams(port) });
  lab.put({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p', namespace: 'default' },
    spec: { containers: [{ name: 'c', image: 'x' }] },
  });
  return lab;
}

async function pair(client: SpdyClient, requestid: string, port = '80'): Promise<{ error: number; data: number }> {
  const error = await client.open({ streamtype: 'error', port, requestid });
  return { error, data: await client.open({ streamtype: 'data', port, requestid }) };
}

test('each pair of streams is a connection of its own', async (t) => {
  const lab = await forwardLab(t);
  const client = await connectSpdy(lab, path, 'portforward.k8s.io');
  const [one, two] = [await pair(client, '0'), await pair(client, '1')];
  client.send(one.data, 'hello');
  client.send(two.data, 'world', true);
  t.is(await client.all(two.data), 'WORLDBYE');
  t.is(await client.all(two.error), '');
  client.send(one.data, ' again', true);
  t.is(await client.all(one.data), 'HELLO AGAINBYE');
});

test('a port that nobody listens on is told on the error stream', async (t) => {
  const lab = await forwardLab(t, false);
  const client = await connectSpdy(lab, path, 'portforward.k8s.io');
  const { error } = await pair(client, '0', '81');
  t.regex(await client.all(error), /error forwarding port 81 to pod p.*ECONNREFUSED/);
  const odd = await pair(client, '1', 'ninety');
  t.regex(await client.all(odd.error), /"ninety" is no port/);
});

test('the tunnel of newer kubectl is accepted under its odd name', async (t) => {
  const lab = await forwardLab(t);
  const protocol = 'SPDY/3.1+portforward.k8s.io';
  // The library refuses a subprotocol with a slash on both sides; so it is given as a plain header.
  const headers = { Authorization: `Bearer ${token}`, 'Sec-WebSocket-Protocol': protocol };
  const tls = { ca: lab.certificates.ca, servername: 'localhost' };
  const socket = new WebSocket(`wss://127.0.0.1:${lab.server.port}${path}`, { ...tls, headers });
  socket.on('error', () => undefined);
  const [response] = (await once(socket, 'upgrade')) as [{ headers: Record<string, string> }];
  t.is(response.headers['sec-websocket-protocol'], protocol);
});
