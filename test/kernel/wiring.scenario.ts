/** Pods wired in one round when one of them cannot be, then when it can; and a pod whose link somebody deleted. */
import { execFileSync } from 'node:child_process';
import { defaultClusterConfig } from '../../src/api/cluster-config.js';
import { planMachines } from '../../src/fabric/machines.js';
import { caliName } from '../../src/fabric/naming.js';
import { inNamespace } from '../../src/kernel/netns.js';
import type { StoredPod } from '../../src/kubelet/contract.js';
import { podIPAnnotation } from '../../src/model/pod-addresses.js';
import { createPodNetwork } from '../../src/node/pod-network.js';
import { Wiring } from '../../src/node/wiring.js';

const config = defaultClusterConfig();
const wiring = new Wiring();
await wiring.change(planMachines(config));
const network = createPodNetwork(wiring, config);

const node = 'k8s-node1';
const pod = (name: string, address: string): StoredPod =>
  ({
    metadata: { name, namespace: 'default', annotations: { [podIPAnnotation]: `${address}/32` } },
    spec: { nodeName: node },
  }) as unknown as StoredPod;
const ip = (namespace: string, ...args: string[]) =>
  inNamespace(wiring.namespaces.get(namespace), () => execFileSync('ip', args).toString());
const cali = caliName('default', 'blocked');

const [fine, blocked] = [pod('fine', '10.111.156.65'), pod('blocked', '10.111.156.66')];
ip(node, 'link', 'add', cali, 'type', 'veth', 'peer', 'name', 'other');
const first = await Promise.allSettled([network.attach(fine), network.attach(blocked)]);
ip(node, 'link', 'del', cali);
const second = await Promise.allSettled([network.attach(blocked)]);
const ping = ip('pod/default/fine', 'route', 'get', '10.111.156.66');
ip(node, 'link', 'del', cali);
const third = await Promise.allSettled([network.detach(blocked), network.detach(fine)]);

const statuses = (results: PromiseSettledResult<unknown>[]) => results.map(({ status }) => status);
console.log(
  JSON.stringify({
    first: statuses(first),
    second: statuses(second),
    route: ping.includes('via 169.254.1.1'),
    third: statuses(third),
    left: wiring.namespaces.names().filter((name) => name.startsWith('pod/')),
  }),
);
process.exit(0);
