/** Milliseconds that `ip -batch` takes for a star of so many hosts, in namespaces of its own. */
import { privately } from './private-namespace.js';
import { starByIpBatch, starHosts } from './star.js';

export async function ipBatchTime(hosts: number): Promise<number> {
  return Number(await privately(['sh', '-s'], { input: starByIpBatch(starHosts(hosts)) })) / 1e6;
}
