/**
 * `lab proxy-mode MODE`: moves a running lab to another proxy mode, as the edit of kube-proxy's ConfigMap would.
 */
import { CommandFailure } from '../../cluster/failure.js';
import { proxyModes } from '../../cluster/proxy/proxy-options.js';
import { ask, runningLab } from '../running.js';

export async function proxyMode(name: string, mode: string): Promise<void> {
  if (!proxyModes.some((one) => one === mode)) {
    throw new CommandFailure('usage', `lab: proxy-mode ${mode}: there are ${proxyModes.join(', ')}`);
  }
  const { before, now } = await ask<{ before: string; now: string }>(runningLab(name), 'proxy-mode', { mode });
  process.stdout.write(
    before === now ? `Services by ${now} (unchanged)\n` : `Services by ${now} (before: ${before})\n`,
  );
}
