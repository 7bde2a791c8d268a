/**
 * `lab compile`: a node's rule set for some manifests. Touches nothing and runs anywhere.
 *
 * Pods count as running and ready, as they would be a moment after `lab up`.
 */
import { compileRules } from '../../cluster/compile.js';
import { CommandFailure } from '../../cluster/failure.js';
import type { ProxyMode } from '../../proxy/contract.js';
import { readTextFile, readTextFiles } from '../read-files.js';

export interface CompileOptions {
  filename: string[];
  node: string;
  config?: string;
  seed?: number;
  balance: 'replayable' | 'faithful';
  proxyMode: ProxyMode;
  /** Only iptables mode has older styles. */
  style?: '1.23';
}

export function compile(options: CompileOptions): void {
  const { filename, node, config, seed = 1, balance, proxyMode, style } = options;
  if (style && proxyMode !== 'iptables') {
    throw new CommandFailure(
      'usage',
      `lab: --style ${style} is a style of iptables rules; leave out --proxy-mode ${proxyMode}`,
    );
  }
  const text = compileRules({
    manifests: readTextFiles(filename),
    node,
    seed,
    balance,
    proxyMode,
    ...(style && { style }),
    ...(config !== undefined && { config: readTextFile(config) }),
  });
  process.stdout.write(text);
}
