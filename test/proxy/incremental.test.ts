/** A plan brought up to date change by change equals one made at once, and so does what the engines make of it. */
import test from 'ava';
import { type ClusterTraffic, type NodeTraffic, planTraffic, trafficOfNode } from '../../src/model/traffic.js';
import type { ProxyEngine } from '../../src/proxy/contract.js';
import { iptablesEngine } from '../../src/proxy/iptables/engine.js';
import { ipvsEngine } from '../../src/proxy/ipvs/engine.js';
import { nftablesEngine } from '../../src/proxy/nftables/engine.js';
import { userspaceEngine } from '../../src/proxy/userspace/engine.js';
import { randomHistory } from './cases/random.js';
import { node } from './cases/world.js';

/** Renders with memos of earlier calls, and without any. */
function texts<Options extends object, RuleSet, Change>(engine: ProxyEngine<Options, RuleSet, Change>) {
  const kept = engine.options();
  return (grown: NodeTraffic, fresh: NodeTraffic): [string, string] => [
    engine.render(engine.compile(grown, kept)),
    engine.render(engine.compile(fresh, engine.options())),
  ];
}

const engines = {
  iptables: texts(iptablesEngine),
  nftables: texts(nftablesEngine),
  ipvs: texts(ipvsEngine),
  userspace: texts(userspaceEngine),
};

test('change by change or all at once: the same plan and the same rules', (t) => {
  let cluster: ClusterTraffic | undefined;
  let here: NodeTraffic | undefined;
  for (const [step, { services, slices }] of [...randomHistory(60)].entries()) {
    const input = { services, endpointSlices: slices };
    const whole = planTraffic(input);
    cluster = planTraffic(input, cluster);
    t.deepEqual(cluster.ports, whole.ports, `step ${step}`);
    t.deepEqual(new Map([...cluster.services].sort()), new Map([...whole.services].sort()), `step ${step}`);
    const fresh = trafficOfNode(whole, node());
    here = trafficOfNode(cluster, node(), here);
    t.deepEqual(here, fresh, `step ${step}`);
    for (const [mode, of] of Object.entries(engines)) {
      const [grown, atOnce] = of(here, fresh);
      t.is(grown, atOnce, `${mode}, step ${step}`);
    }
  }
});

test('what did not change stays the same object', (t) => {
  const steps = [...randomHistory(12)].map(({ services, slices }) => ({ services, endpointSlices: slices }));
  const first = planTraffic(steps[10] ?? { services: [], endpointSlices: [] });
  t.true(first.ports.length > 5);
  const same = planTraffic(steps[10] ?? { services: [], endpointSlices: [] }, first);
  t.true(same.ports.every((port, index) => port === first.ports[index]));
  const onNode = trafficOfNode(first, node());
  t.is(trafficOfNode(same, node(), onNode).ports, onNode.ports);
  const next = planTraffic(steps[11] ?? { services: [], endpointSlices: [] }, first);
  const kept = next.ports.filter((port) => first.ports.includes(port));
  t.true(kept.length > 0 && kept.length < next.ports.length, 'some are kept, and some are not');
});
