/**
 * `lab compile`: a node's rule set for some manifests. Touches nothing and runs anywhere.
 *
 * Pods count as running and ready, as they would be a moment after `lab up`.
 */
import { compileRules } from '../../cluster/compile.js';
import { readTextFile, readTextFiles } from '../read-files.js';

export interface CompileOptions {
  filename: string[];
  node: string;
  config?: string;
  seed?: number;
  balance: 'replayable' | 'faithful';
}

export function compile(options: CompileOptions): void {
  const { filename, node, config, seed = 1, balance } = options;
  const text = compileRules({
    manifests: readTextFiles(filename),
    node,
    seed,
    balance,
    ...(config !== undefined && { config: readTextFile(config) }),
  });
  process.stdout.write(text);
}
