/**
 * Who announces an address: every speaker computes it alone, and all come to the same result.
 *
 * Models: MetalLB `speaker/layer2_controller.go` sortL2Candidates. The text hashed is `node#address` since v0.11.
 */
import { createHash } from 'node:crypto';

/** Candidates in order, the winner first: higher score, then the lower SHA-256 of `node#address`. */
export function electionOrder(
  candidates: Iterable<string>,
  address: string,
  scores: Readonly<Record<string, number>> = {},
): string[] {
  const ranked = [...candidates].map((node) => {
    const hash = createHash('sha256').update(`${node}#${address}`).digest('hex');
    return { node, hash, score: scores[node] ?? 0 };
  });
  ranked.sort((a, b) => b.score - a.score || (a.hash < b.hash ? -1 : 1));
  return ranked.map(({ node }) => node);
}
