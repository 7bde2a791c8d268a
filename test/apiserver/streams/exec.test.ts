import { once } from 'node:events';
import test, { type ExecutionContext } from 'ava';
import WebSocket from 'ws';
import { type Lab, startLab, token } from '../harness.js';
import { processStreams } from '../process-streams.js';
import { connectSpdy, controlFrame, type SpdyClient, upgrade } from './spdy-client.js';

const pods = '/api/v1/namespaces/default/pods';

async function podLab(t: ExecutionContext): Promise<Lab> {
  const lab = await startLab(t, { streams: processStreams() });
  lab.put({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p', namespace: 'default' },
    spec: { containers: [{ name: 'c', image: 'busybox' }] },
  });
  lab.put({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'two', namespace: 'default' },
    spec: {
      containers: [
        { name: 'a', image: 'busybox' },
        { name: 'b', image: 'busybox' },
      ],
    },
  });
  return lab;
}

const execPath = (script: string, flags = 'stdout=true&stderr=true') =>
  `${pods}/p/exec?${flags}&command=sh&command=-c&command=${encodeURIComponent(script)}`;

interface Channels {
  client: SpdyClient;
  ids: Record<string, number>;
}

async function openChannels(lab: Lab, path: string, types: string[]): Promise<Channels> {
  const client = await connectSpdy(lab, path);
  const ids: Record<string, number> = {};
  for (const streamtype of types) ids[streamtype] = await client.open({ streamtype });
  return { client, ids };
}

const exitOf = (code: number) => ({ details: { causes: [{ reason: 'ExitCode', message: `${code}` }] } });

test('SPDY: output, errors and the exit code arrive on their streams', async (t) => {
  const lab = await podLab(t);
  const { client, ids } = await openChannels(lab, execPath('echo out; echo err >&2; exit 3'), [
    'error',
    'stdout',
    'stderr',
  ]);
  t.is(await client.all(ids.stdout ?? 0), 'out\n');
  t.is(await client.all(ids.stderr ?? 0), 'err\n');
  t.like(JSON.parse(await client.all(ids.error ?? 0)), { status: 'Failure', reason: 'NonZeroExitCode', ...exitOf(3) });
  t.is(client.replies, 3);
  t.deepEqual(lab.faults, []);
});

test('SPDY: stdin ends where the client ends it, however much it is', async (t) => {
  const lab = await podLab(t);
  const { client, ids } = await openChannels(lab, execPath('wc -c', 'stdin=true&stdout=true'), [
    'error',
    'stdin',
    'stdout',
  ]);
  const chunk = Buffer.alloc(64 * 1024, 'x');
  for (let index = 0; index < 64; index += 1) {
    if (!client.send(ids.stdin ?? 0, chunk)) await once(client.socket, 'drain');
  }
  client.send(ids.stdin ?? 0, '', true);
  t.is((await client.all(ids.stdout ?? 0)).trim(), `${64 * 64 * 1024}`);
  t.like(JSON.parse(await client.all(ids.error ?? 0)), { status: 'Success' });
});

test('SPDY: terminal sizes reach the process, and there is no stderr with a terminal', async (t) => {
  const lab = await podLab(t);
  const path = execPath('read size; echo got $size', 'stdin=true&stdout=true&stderr=true&tty=true');
  const { client, ids } = await openChannels(lab, path, ['error', 'stdin', 'stdout', 'resize']);
  client.send(ids.resize ?? 0, 'no size at all');
  client.send(ids.resize ?? 0, '{"Width":80,"Height":24}');
  t.is(await client.all(ids.stdout ?? 0), 'got 80x24\n');
});

test('SPDY: a client that hangs up ends the process', async (t) => {
  const lab = await podLab(t);
  const { client, ids } = await openChannels(lab, execPath('echo $$; exec sleep 600'), ['error', 'stdout', 'stderr']);
  await client.until(() => client.text(ids.stdout ?? 0).endsWith('\n'));
  const pid = Number(client.text(ids.stdout ?? 0));
  t.notThrows(() => process.kill(pid, 0));
  client.socket.destroy();
  for (let tries = 0; tries < 100 && alive(pid); tries += 1) await lab.call('GET', '/healthz');
  t.false(alive(pid));
});

function alive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

test('SPDY: pings are answered and streams that nobody asked for are reset', async (t) => {
  const lab = await podLab(t);
  const client = await connectSpdy(lab, execPath('true'));
  client.socket.write(controlFrame(6, [1]));
  await client.until(() => client.pings.includes(1));
  const odd = await client.open({ streamtype: 'gossip' });
  await client.until(() => client.resets.includes(odd));
  t.pass();
});

test('what cannot be run is refused before the upgrade', async (t) => {
  const lab = await podLab(t);
  const version = { 'X-Stream-Protocol-Version': 'v4.channel.k8s.io' };
  const refused = (path: string, headers = version) =>
    upgrade(lab, path, headers).then(
      () => 'upgraded',
      (fault: Error) => fault.message,
    );
  t.is(await refused(`${pods}/nope/exec?command=true&stdout=true`), 'refused with 404');
  t.is(await refused(`${pods}/two/exec?command=true&stdout=true`), 'refused with 400');
  t.is(await refused(`${pods}/two/exec?container=z&command=true&stdout=true`), 'refused with 400');
  t.is(await refused(`${pods}/p/exec?stdout=true`), 'refused with 400');
  t.is(await refused(`${pods}/p/exec?command=true`), 'refused with 400');
  t.is(await refused(`${pods}/p/log`), 'refused with 400');
  t.is(await refused('/healthz'), 'refused with 404');
  t.is(await refused(execPath('true'), { 'X-Stream-Protocol-Version': 'v2.channel.k8s.io' }), 'refused with 403');
  t.is(await refused(execPath('true'), { ...version, Upgrade: 'h2c' } as never), 'refused with 400');
  t.is(await refused(execPath('true'), { ...version, Authorization: 'Bearer no' } as never), 'refused with 401');
  t.is((await lab.call('POST', execPath('true'))).json().message, 'Upgrade request required');
});

function openWebSocket(lab: Lab, path: string, protocols: string[]): WebSocket {
  const url = `wss://127.0.0.1:${lab.server.port}${path}`;
  const headers = { Authorization: `Bearer ${token}` };
  const options = { ca: lab.certificates.ca, servername: 'localhost', headers };
  return new WebSocket(url, protocols, options);
}

interface Conversation {
  channels: Map<number, string>;
  code: number;
}

function converse(socket: WebSocket): Promise<Conversation> {
  const channels = new Map<number, string>();
  socket.on('message', (data: Buffer) => {
    const number = data[0] ?? -1;
    channels.set(number, (channels.get(number) ?? '') + data.subarray(1).toString());
  });
  return once(socket, 'close').then(([code]) => ({ channels, code: Number(code) }));
}

for (const protocol of ['v5.channel.k8s.io', 'v4.channel.k8s.io']) {
  test(`WebSocket ${protocol}: output, errors and the exit code arrive on their channels`, async (t) => {
    const lab = await podLab(t);
    const socket = openWebSocket(lab, execPath('echo out; echo err >&2; exit 3'), [protocol, 'channel.k8s.io']);
    const { channels, code } = await converse(socket);
    t.is(socket.protocol, protocol);
    t.deepEqual([channels.get(1), channels.get(2), code], ['out\n', 'err\n', 1000]);
    t.like(JSON.parse(channels.get(3) ?? ''), exitOf(3));
  });
}

test('WebSocket: channel 255 ends stdin', async (t) => {
  const lab = await podLab(t);
  const socket = openWebSocket(lab, execPath('cat', 'stdin=true&stdout=true'), ['v5.channel.k8s.io']);
  const done = converse(socket);
  await once(socket, 'open');
  socket.send(Buffer.concat([Buffer.from([0]), Buffer.from('some input')]));
  socket.send(Buffer.from([255, 0]));
  t.is((await done).channels.get(1), 'some input');
});

test('WebSocket: a process that stops reading its input holds nothing up', async (t) => {
  const lab = await podLab(t);
  const socket = openWebSocket(lab, execPath('head -c 5; exit 4', 'stdin=true&stdout=true'), ['v5.channel.k8s.io']);
  const done = converse(socket);
  await once(socket, 'open');
  for (let index = 0; index < 100; index += 1) socket.send(Buffer.alloc(64 * 1024));
  const { channels, code } = await done;
  t.is(code, 1000);
  t.like(JSON.parse(channels.get(3) ?? ''), exitOf(4));
});

test('WebSocket: an unknown subprotocol is refused with 400, so that kubectl falls back', async (t) => {
  const lab = await podLab(t);
  const socket = openWebSocket(lab, execPath('true'), ['v9.channel.k8s.io']);
  const [fault] = (await once(socket, 'error')) as [Error];
  t.regex(fault.message, /400/);
});

test('attach joins the running process', async (t) => {
  const lab = await podLab(t);
  const socket = openWebSocket(lab, `${pods}/p/attach?stdin=true&stdout=true`, ['v5.channel.k8s.io']);
  const done = converse(socket);
  await once(socket, 'open');
  socket.send(Buffer.from([255, 0]));
  t.is((await done).channels.get(1), 'attached\n');
});

test('logs come as text; a container must be named when there are several', async (t) => {
  const lab = await podLab(t);
  const logs = await lab.call('GET', `${pods}/p/log?tailLines=2`);
  t.deepEqual([logs.code, logs.text], [200, 'line 1\nline 2\n']);
  t.regex(`${logs.headers['content-type']}`, /^text\/plain/);
  const several = await lab.call('GET', `${pods}/two/log`);
  t.deepEqual(
    [several.code, several.json().message],
    [400, 'a container name must be specified for pod two, choose one of: [a b]'],
  );
  t.is((await lab.call('GET', `${pods}/two/log?container=b`)).code, 200);
  t.is((await lab.call('GET', `${pods}/p/log?tailLines=-1`)).code, 400);
});

test('a followed log goes on until the client leaves', async (t) => {
  const lab = await podLab(t);
  const response = await lab.open(`${pods}/p/log?follow=true`);
  const [chunk] = (await once(response, 'data')) as [Buffer];
  t.regex(chunk.toString(), /^line 1\n/);
  t.false(response.complete);
  response.destroy();
  t.is((await lab.call('GET', '/healthz')).text, 'ok');
  t.deepEqual(lab.faults, []);
});

test('a server without pods says so', async (t) => {
  const lab = await startLab(t);
  lab.put({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'p', namespace: 'default' },
    spec: { containers: [{ name: 'c', image: 'x' }] },
  });
  const refused = await lab.call('GET', `${pods}/p/log`);
  t.deepEqual([refused.code, refused.json().reason], [400, 'BadRequest']);
});
