/** The behaviour suite in userspace mode, with the cases in which kube-proxy's userspace mode differed. */
import test from 'ava';
import { userspaceEngine } from '../../../src/proxy/userspace/engine.js';
import { walkUserspace } from '../../../src/trace/walk-userspace.js';
import { type CompileWalk, runSuite } from '../cases/run.js';
import { userspaceDifferences } from './differences.js';

const compile: CompileWalk = (traffic) => {
  const ruleSet = userspaceEngine.compile(traffic, userspaceEngine.options());
  return (packet, node) => walkUserspace(ruleSet, packet, node);
};

runSuite(test, 'userspace', compile, userspaceDifferences);
