/**
 * One node's rules, looked after once a sync period as kube-proxy does: were they lost, they are written anew.
 * Source: kubernetes v1.30.5 pkg/util/iptables (Monitor) and pkg/util/async (BoundedFrequencyRunner).
 */
import type { Clock } from '../../world/contract.js';

export interface RuleWatchParts {
  clock: Clock;
  /** Whether they were lost. */
  lost(): Promise<boolean>;
  repair(): Promise<void>;
  /** Is told of what went wrong; the next look comes after another period. */
  failed(error: Error): void;
}

/** Each look ends before the wait for the next one begins. @returns ends it */
export function watchRules(parts: RuleWatchParts, periodMs: number, firstMs = periodMs): () => void {
  let over = false;
  let cancel = parts.clock.after(firstMs, look);
  function look(): void {
    void lookOnce(parts).then(() => {
      if (!over) cancel = parts.clock.after(periodMs, look);
    });
  }
  return () => {
    over = true;
    cancel();
  };
}

async function lookOnce({ lost, repair, failed }: RuleWatchParts): Promise<void> {
  try {
    if (await lost()) await repair();
  } catch (error) {
    failed(error as Error);
  }
}
