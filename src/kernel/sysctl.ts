/**
 * The kernel's settings of one network namespace.
 */
import { writeFileSync } from 'node:fs';
import { inNamespace, type NetworkNamespace } from './netns.js';

/**
 * Sets one by its path below /proc/sys, whose part `net` is that of whoever opens it.
 * @throws the file's error
 */
export function setSysctl(namespace: NetworkNamespace, path: string, value: string): void {
  inNamespace(namespace, () => writeFileSync(`/proc/sys/${path}`, value));
}
