/**
 * The sentence kube-scheduler says when no node fits.
 * Source: `scheduler/framework/types.go` FitError.Error, `plugins/defaultpreemption`.
 */
import type { Refusal } from './filters.js';

/** `0/4 nodes are available: 1 node(s) had …, 3 node(s) didn't …. preemption: 0/4 nodes are available: …`. */
export function unschedulableMessage(refusals: readonly Refusal[]): string {
  const total = refusals.length;
  if (total === 0) return 'no nodes available to schedule pods';
  const reasons = countedReasons(refusals.map(({ message }) => message));
  const hopeless = refusals.filter(({ preemptable }) => !preemptable).length;
  const preemption = countedReasons([
    ...new Array<string>(hopeless).fill('Preemption is not helpful for scheduling'),
    ...new Array<string>(total - hopeless).fill('No preemption victims found for incoming pod'),
  ]);
  const none = `0/${total} nodes are available`;
  return `${none}: ${reasons}. preemption: ${none}: ${preemption}.`;
}

/** `1 x, 3 y`, sorted as texts, as upstream sorts them. */
function countedReasons(messages: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const message of messages) counts.set(message, (counts.get(message) ?? 0) + 1);
  return [...counts]
    .map(([message, count]) => `${count} ${message}`)
    .sort()
    .join(', ');
}
