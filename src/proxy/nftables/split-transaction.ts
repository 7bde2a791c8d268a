/**
 * Transactions cut to the length that an ordinary user's nft can send.
 */

/**
 * What an unprivileged nft sends in one piece: it cannot raise its socket's send buffer (net.core.wmem_default, 212,992
 * bytes) as root can, and a transaction is one message. Its netlink form is at most three times as long as its text.
 */
const unprivilegedTransactionLength = 64_000;

/**
 * A transaction in pieces of at most `length` characters, to be run one after the other: for labs of ordinary users, where a
 * long one is refused with "Message too long". Each piece is applied whole or not at all, all together are not.
 */
export function splitTransaction(transaction: string, length = unprivilegedTransactionLength): string[] {
  const pieces: string[] = [];
  for (let start = 0; start < transaction.length; ) {
    const limit = start + length;
    const end = limit >= transaction.length ? transaction.length : transaction.lastIndexOf('\n', limit - 1) + 1;
    // One operation longer than that has to go as it is.
    const next = end > start ? end : transaction.indexOf('\n', limit) + 1 || transaction.length;
    pieces.push(transaction.slice(start, next));
    start = next;
  }
  return pieces;
}
