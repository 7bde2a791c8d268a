/** Two server processes behind one face: who is asked for which container. */
import test from 'ava';
import type { PodPlace, ServerPlan } from '../../src/kubelet/images/contract.js';
import type { PodServers } from '../../src/kubelet/servers/client.js';
import { routeServers } from '../../src/kubelet/servers/routed.js';

const place: PodPlace = { uid: 'u1', namespace: 'kube-system', name: 'coredns', hostname: 'coredns', node: 'n' };

const plan = (container: string, behaviour: ServerPlan['behaviour']): ServerPlan => ({
  container,
  protocol: 'TCP',
  port: 53,
  behaviour,
  parameters: {},
});

/** Writes down what it is asked to do. */
function recorded(name: string, calls: string[]): PodServers {
  const call = (what: string) => calls.push(`${name} ${what}`);
  return {
    pid: name === 'pods' ? 1 : 2,
    start: async (_pod, _path, plans) => {
      call(`start ${plans.map(({ container }) => container).join(' ')}`);
      return [];
    },
    stop: async (uid, { container }) => void call(`stop ${uid} ${container ?? 'all'}`),
    forget: (uid) => call(`forget ${uid}`),
    logs: async (uid, container) => {
      call(`logs ${uid} ${container}`);
      return [];
    },
    follow: (uid, container) => {
      call(`follow ${uid} ${container}`);
      return () => {};
    },
    onExit: () => call('onExit'),
    close: async () => void call('close'),
  };
}

function routed(): { servers: PodServers; calls: string[] } {
  const calls: string[] = [];
  const apart = Promise.resolve(recorded('dns', calls));
  const servers = routeServers(recorded('pods', calls), apart, ({ behaviour }) => behaviour === 'coredns');
  return { servers, calls };
}

test('each container lives in the process of its behaviour, from start to log', async (t) => {
  const { servers, calls } = routed();
  await servers.start(place, '/ns', [plan('coredns', 'coredns')]);
  await servers.start(place, '/ns', [plan('web', 'nginx')]);
  await servers.logs('u1', 'coredns');
  await servers.logs('u1', 'web');
  servers.follow(
    'u1',
    'coredns',
    () => {},
    () => {},
  );
  await servers.stop('u1', { container: 'coredns', graceMilliseconds: 0 });
  t.deepEqual(calls, [
    'dns start coredns',
    'pods start web',
    'dns logs u1 coredns',
    'pods logs u1 web',
    'dns follow u1 coredns',
    'dns stop u1 coredns',
  ]);
});

test('a pod as a whole is stopped and forgotten wherever it has containers', async (t) => {
  const { servers, calls } = routed();
  await servers.start(place, '/ns', [plan('coredns', 'coredns')]);
  await servers.stop('u1', { graceMilliseconds: 0 });
  servers.forget('u1');
  servers.forget('u2');
  t.deepEqual(calls.slice(1), [
    'pods stop u1 all',
    'dns stop u1 all',
    'pods forget u1',
    'dns forget u1',
    'pods forget u2',
  ]);
});

test('ends of servers are heard from both', async (t) => {
  const { servers, calls } = routed();
  servers.onExit(() => {});
  await Promise.resolve();
  t.deepEqual(calls, ['pods onExit', 'dns onExit']);
});

test('a process that cannot be started is complained of by the container that needs it', async (t) => {
  const calls: string[] = [];
  const broken = Promise.reject(new Error('no such process'));
  const servers = routeServers(recorded('pods', calls), broken, ({ behaviour }) => behaviour === 'coredns');
  servers.onExit(() => {});
  await t.throwsAsync(servers.start(place, '/ns', [plan('coredns', 'coredns')]), { message: 'no such process' });
  t.deepEqual(await servers.start(place, '/ns', [plan('web', 'nginx')]), []);
});
