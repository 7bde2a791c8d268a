/** The behaviour suite on compiled iptables rules, in both ways of balancing. */
import test from 'ava';
import type { Balance } from '../../../src/proxy/contract.js';
import { iptablesEngine } from '../../../src/proxy/iptables/engine.js';
import { walkIptables } from '../../../src/trace/walk.js';
import { type CompileWalk, optionsFor, runSuite } from '../cases/run.js';

function compile(balance: Balance): CompileWalk {
  return (traffic, given) => {
    const options = iptablesEngine.options({ ...optionsFor(traffic, given), balance });
    const ruleSet = iptablesEngine.compile(traffic, options);
    return (packet, node) => walkIptables(ruleSet, packet, node);
  };
}

runSuite(test, 'iptables', compile('replayable'));
runSuite(test, 'iptables faithful', compile('faithful'));
