/**
 * News that goes from member to member: each piece is sent a few times, along with whatever is sent. Models: memberlist
 * `queue.go` TransmitLimitedQueue, `util.go` retransmitLimit.
 */
import type { News } from './contract.js';
import { RETRANSMIT_MULT } from './timing.js';

export class Broadcasts {
  readonly #queue = new Map<string, { news: News; sent: number }>();

  /** What was said before of that member is not worth saying any more. */
  add(news: News): void {
    this.#queue.set(news.node, { news, sent: 0 });
  }

  /** What to put into one packet. @param members how many there are, for how often each piece is sent */
  take(members: number): News[] {
    const limit = RETRANSMIT_MULT * Math.ceil(Math.log10(members + 1));
    const taken = [...this.#queue.values()];
    for (const piece of taken) {
      piece.sent += 1;
      if (piece.sent >= limit) this.#queue.delete(piece.news.node);
    }
    return taken.map(({ news }) => news);
  }
}
