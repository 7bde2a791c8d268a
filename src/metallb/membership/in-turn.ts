/** Another order in every round, as memberlist's shuffle has it, but always the same one. */
import { createHash } from 'node:crypto';

/** @param round what tells this round from others */
export function inTurn<T extends string | number>(members: readonly T[], round: string): T[] {
  const place = (member: T) => createHash('sha256').update(`${round}/${member}`).digest('hex');
  const places = new Map(members.map((member) => [member, place(member)]));
  return [...members].sort((a, b) => ((places.get(a) ?? '') < (places.get(b) ?? '') ? -1 : 1));
}
