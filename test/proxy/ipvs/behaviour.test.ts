/** The behaviour suite in IPVS mode, with the cases in which kube-proxy's IPVS mode differs. */
import test from 'ava';
import { ipvsEngine } from '../../../src/proxy/ipvs/engine.js';
import { walkIpvs } from '../../../src/trace/walk-ipvs.js';
import { type CompileWalk, runSuite } from '../cases/run.js';
import { podCIDR } from '../cases/world.js';
import { ipvsDifferences } from './differences.js';

const compile: CompileWalk = (traffic, { noDetector, localhostNodePorts: _, ...given }) => {
  const options = ipvsEngine.options({
    ...given,
    localTrafficDetector: noDetector ? { kind: 'none' } : { kind: 'ClusterCIDR', cidr: podCIDR },
  });
  const ruleSet = ipvsEngine.compile(traffic, options);
  return (packet, node) => walkIpvs(ruleSet, packet, node);
};

runSuite(test, 'ipvs', compile, ipvsDifferences);
