import test from 'ava';
import type { NodeServicePort, NodeTraffic, TrafficEndpoint } from '../../src/model/traffic.js';
import { staleFlows } from '../../src/proxy/stale-flows.js';

function endpoint(ip: string, conditions: Partial<TrafficEndpoint> = {}): TrafficEndpoint {
  const always = { ip, port: 53, text: `${ip}:53`, nodeName: 'n1', zoneHints: [], nodeHints: [] };
  return { ...always, ready: true, serving: true, terminating: false, ...conditions };
}

function port(ips: string[], { protocol = 'UDP', nodePort = 0 }: { protocol?: 'UDP' | 'TCP'; nodePort?: number } = {}) {
  const traffic = {
    name: 'kube-system/kube-dns:dns',
    protocol,
    clusterIP: '10.96.0.10',
    externalIPs: [],
    loadBalancerVIPs: [],
    nodePort,
    endpoints: ips.map((ip) => endpoint(ip)),
  };
  return { traffic } as unknown as NodeServicePort;
}

const traffic = (...ports: NodeServicePort[]) => ({ ports }) as unknown as NodeTraffic;

test('nothing is forgotten on the first sync: there were no flows of ours', (t) => {
  t.deepEqual(staleFlows(undefined, traffic(port(['10.0.0.1']))), []);
});

test('an endpoint that went is forgotten, others keep their flows', (t) => {
  t.deepEqual(staleFlows(traffic(port(['10.0.0.1', '10.0.0.2'])), traffic(port(['10.0.0.2']))), [
    { destination: '10.96.0.10', endpoint: '10.0.0.1' },
  ]);
});

test('an endpoint that only became unready is listed still, and one that never served left nothing', (t) => {
  const idle = port(['10.0.0.1', '10.0.0.2']);
  const [first, second] = idle.traffic.endpoints as [TrafficEndpoint, TrafficEndpoint];
  const unready = { ...first, ready: false, serving: false };
  const withUnready = { traffic: { ...idle.traffic, endpoints: [unready, second] } } as unknown as NodeServicePort;
  t.deepEqual(staleFlows(traffic(idle), traffic(withUnready)), []);
  t.deepEqual(staleFlows(traffic(withUnready), traffic(port(['10.0.0.2']))), []);
});

test('flows that were refused while there was no endpoint are forgotten when the first one comes', (t) => {
  t.deepEqual(staleFlows(traffic(port([])), traffic(port(['10.0.0.1'], { nodePort: 30053 }))), [
    { destination: '10.96.0.10' },
    { nodePort: 30053 },
  ]);
});

test('all flows of a Service that went are forgotten', (t) => {
  t.deepEqual(staleFlows(traffic(port(['10.0.0.1'])), traffic()), [{ destination: '10.96.0.10' }]);
});

test('TCP flows are left alone', (t) => {
  const before = traffic(port(['10.0.0.1'], { protocol: 'TCP' }));
  t.deepEqual(staleFlows(before, traffic(port([], { protocol: 'TCP' }))), []);
  t.deepEqual(staleFlows(before, traffic()), []);
});

test('a port that did not change costs no look at its endpoints', (t) => {
  const same = port(['10.0.0.1']);
  t.deepEqual(staleFlows(traffic(same), traffic(same)), []);
});
