/** The behaviour suite on compiled iptables rules, in both ways of balancing. */
import test from 'ava';
import type { Balance } from '../../../src/proxy/contract.js';
import { iptablesEngine } from '../../../src/proxy/iptables/engine.js';
import { walkIptables } from '../../../src/trace/walk.js';
import { type CompileWalk, runSuite } from '../cases/run.js';
import { podCIDR } from '../cases/world.js';

function compile(balance: Balance): CompileWalk {
  return (traffic, { noDetector, ...given }) => {
    const options = iptablesEngine.options({
      ...given,
      balance,
      interfaceAddresses: ['127.0.0.1', traffic.node.address ?? ''],
      localTrafficDetector: noDetector ? { kind: 'none' } : { kind: 'ClusterCIDR', cidr: podCIDR },
    });
    const ruleSet = iptablesEngine.compile(traffic, options);
    return (packet, node) => walkIptables(ruleSet, packet, node);
  };
}

runSuite(test, 'iptables', compile('replayable'));
runSuite(test, 'iptables faithful', compile('faithful'));
