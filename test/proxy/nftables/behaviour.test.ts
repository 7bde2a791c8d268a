/** The behaviour suite on compiled nftables rules, with the cases in which kube-proxy's nftables mode differs. */
import test from 'ava';
import type { Balance } from '../../../src/proxy/contract.js';
import { nftablesEngine } from '../../../src/proxy/nftables/engine.js';
import { walkNftables } from '../../../src/trace/walk-nftables.js';
import { type CompileWalk, optionsFor, runSuite } from '../cases/run.js';
import { nftablesDifferences } from './differences.js';

function compile(balance: Balance): CompileWalk {
  return (traffic, { localhostNodePorts: _, ...given }) => {
    const options = nftablesEngine.options({ ...optionsFor(traffic, given), balance });
    const ruleSet = nftablesEngine.compile(traffic, options);
    return (packet, node) => walkNftables(ruleSet, packet, node);
  };
}

runSuite(test, 'nftables', compile('replayable'), nftablesDifferences);
runSuite(test, 'nftables faithful', compile('faithful'), nftablesDifferences);
