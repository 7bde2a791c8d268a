/**
 * Scenarios of Kubernetes' own end-to-end tests, each by its name, on two labs. Which of all are mirrored, where, and which
 * are left out, is in test/e2e/mirrors.ts.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { Cluster, netexec, type Scenario } from './e2e/cluster.js';
import { datapathScenarios } from './e2e/datapath.js';
import { endpointScenarios } from './e2e/endpoints.js';
import { serviceScenarios } from './e2e/services.js';
import { bringUp, createTestLab } from './lab.js';

const web = { app: 'web' };
const selector = { selector: web };

/** A client on a node of its own, and two servers behind a Service of both protocols. */
const objects = [
  netexec('client', { app: 'client' }, { nodeName: 'k8s-node3' }),
  netexec('web-1', web, { nodeName: 'k8s-node1' }),
  netexec('web-2', web, { nodeName: 'k8s-node2' }),
  {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web' },
    spec: {
      ...selector,
      type: 'NodePort',
      ports: ['TCP', 'UDP'].map((protocol) => ({ name: protocol.toLowerCase(), port: 80, protocol, nodePort: 30080 })),
    },
  },
];

function runOnOneLab(title: string, scenarios: readonly Scenario[]): void {
  test(title, async (t) => {
    t.timeout(240_000);
    const lab = createTestLab(t);
    const file = join(lab.state, 'e2e.yaml');
    writeFileSync(file, objects.map((object) => JSON.stringify(object)).join('\n---\n'));
    await bringUp(t, lab, '-f', file);
    const cluster = new Cluster(t, lab);
    for (const { name, run } of scenarios) {
      t.log(name);
      await run(cluster, t);
    }
  });
}

runOnOneLab('[sig-network] Services …', [...serviceScenarios, ...endpointScenarios]);
runOnOneLab('[sig-network] Granular Checks, Conntrack, EndpointSlice …', datapathScenarios);
