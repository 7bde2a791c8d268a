/**
 * The hash in kube-proxy's chain names: base32 (RFC 4648) of a sha256, cut short.
 */
import { hash } from 'node:crypto';

/** Two characters at a time: 10 bits index this table. */
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const pairs = Array.from({ length: 1024 }, (_, bits) => `${alphabet[bits >> 5]}${alphabet[bits & 31]}`);

/** 5 bytes as 8 characters; in two halves of 20 bits, as shifts work on 32. */
function group(bytes: string, at: number): string {
  const byte2 = bytes.charCodeAt(at + 2);
  const high = (bytes.charCodeAt(at) << 12) | (bytes.charCodeAt(at + 1) << 4) | (byte2 >> 4);
  const low = ((byte2 & 15) << 16) | (bytes.charCodeAt(at + 3) << 8) | bytes.charCodeAt(at + 4);
  return `${pairs[high >> 10]}${pairs[high & 1023]}${pairs[low >> 10]}${pairs[low & 1023]}`;
}

/** The first 8 or 16 characters of base32(sha256(input)). */
export function base32Hash(input: string, length: 8 | 16): string {
  const digest = hash('sha256', input, 'binary');
  return length === 8 ? group(digest, 0) : group(digest, 0) + group(digest, 5);
}
