/**
 * `lab up --plan`: the operations that would be run, one a line, as plain data.
 */
import { planLab } from '../../cluster/compile.js';
import type { LabSettings, ManifestText } from '../../cluster/start-request.js';

export function printPlan(settings: LabSettings, manifests: readonly ManifestText[]): void {
  for (const operation of planLab(settings, manifests)) process.stdout.write(`${JSON.stringify(operation)}\n`);
}
