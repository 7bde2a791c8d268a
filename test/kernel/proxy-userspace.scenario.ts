/** The behaviour suite on real userspace rules and a real proxy process, moved from case to case by changes. */
import { UserspaceProcess } from '../../src/node/userspace/client.js';
import { type UserspaceRuleSet, userspaceEngine } from '../../src/proxy/userspace/engine.js';
import { userspaceDifferences } from '../proxy/userspace/differences.js';
import { load, runKernelSuite } from './proxy-suite.js';

let installed: UserspaceRuleSet | undefined;
let proxies: UserspaceProcess | undefined;

await runKernelSuite(async ({ node }, traffic) => {
  proxies ??= new UserspaceProcess(node);
  const { address } = traffic.node;
  // REDIRECT, which 0.0.0.0 would make of it, does not work on links without an address, as Calico's are.
  const next = userspaceEngine.compile(traffic, userspaceEngine.options({ listenIP: address, hostIP: address }));
  const change = userspaceEngine.plan(installed, next);
  installed = next;
  if (change === undefined) return;
  await proxies.serve(change.serve);
  if (change.iptables !== '') {
    await load(node, ['iptables-legacy-restore', '--noflush', '--counters'], change.iptables);
  }
  await proxies.close(change.close);
}, userspaceDifferences);
