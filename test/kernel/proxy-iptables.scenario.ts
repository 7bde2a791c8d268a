/** The behaviour suite on real iptables. */
import { createIptablesInstall } from './iptables-rules.js';
import { runKernelSuite } from './proxy-suite.js';

await runKernelSuite(createIptablesInstall());
