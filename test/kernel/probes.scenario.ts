/** Probes as a kubelet sends them from a node: what they say of a server that answers, fails, hangs or is not there. */
import { execFileSync } from 'node:child_process';
import { createServer } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import { createNamespace, inNamespace } from '../../src/kernel/netns.js';
import { probeHttp, probeTcp } from '../../src/kubelet/probes/actions.js';
import { createWorld } from '../../src/world/world.js';

const { clock } = createWorld({ seed: 1 });
const node = createNamespace('node');
inNamespace(node, () => execFileSync('ip', ['link', 'set', 'lo', 'up']));
const server = createServer((request, response) => {
  response.statusCode = Number(request.url?.slice(1)) || 200;
  response.end(request.headers['user-agent']);
});
const silent = createTcpServer(() => undefined);
inNamespace(node, () => {
  server.listen(80);
  silent.listen(81);
});
await new Promise((resolve) => setTimeout(resolve, 50));

const http = (port: number, path = '/') =>
  probeHttp(
    node,
    { scheme: 'http', address: '127.0.0.1', port, path, headers: { 'User-Agent': 'kube-probe/1.30' } },
    300,
    clock,
  );
// A probe's own deadline must not keep a process alive, so something else has to.
const keepAlive = setInterval(() => undefined, 1000);
const seen = {
  ok: await http(80),
  redirect: await http(80, '/302'),
  failing: await http(80, '/500'),
  refused: await http(82),
  hanging: await http(81),
  unreachable: await probeTcp(node, { address: '10.9.9.9', port: 1 }, 300, clock),
  tcp: await probeTcp(node, { address: '127.0.0.1', port: 81 }, 300, clock),
  tcpRefused: await probeTcp(node, { address: '127.0.0.1', port: 82 }, 300, clock),
};
clearInterval(keepAlive);
console.log(JSON.stringify(seen));
process.exit(0);
