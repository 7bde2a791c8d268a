/**
 * Chance without chance: every choice that a real cluster draws at random is here a hash of the seed and of what the
 * choice is for, so that it does not depend on the order in which things happen.
 *
 * Models: `k8s.io/apimachinery/pkg/util/rand` (SafeEncodeString, String), uuid.
 */
import { createHash } from 'node:crypto';

/** The alphabet of generated names: no vowels, no 0, 1, 3, so that no words appear. Source: `util/rand/rand.go`. */
const safeAlphabet = 'bcdfghjklmnpqrstvwxz2456789';

/** SHA-256 in hex over the parts, each length-prefixed so that ('a','bc') and ('ab','c') differ. */
export function digestOf(...parts: readonly (string | number)[]): string {
  return hashOf(parts).toString('hex');
}

function hashOf(parts: readonly (string | number)[]): Buffer {
  const hash = createHash('sha256');
  for (const part of parts) {
    const text = String(part);
    hash.update(`${text.length}:${text}`);
  }
  return hash.digest();
}

/** An evenly spread integer in [0, n), the same for the same seed and purpose. `n` is at most 2^32. */
export function pick(seed: number, purpose: string, n: number): number {
  return hashOf([seed, purpose]).readUInt32BE(0) % n;
}

/** `length` characters of the safe alphabet, such as the `x7k2p` of a pod's name. */
export function suffixOf(length: number, ...parts: readonly (string | number)[]): string {
  const bytes = hashOf(parts);
  let text = '';
  for (let index = 0; index < length; index += 1) {
    text += safeAlphabet[bytes.readUInt8(index) % safeAlphabet.length];
  }
  return text;
}

/**
 * The `pod-template-hash` label: FNV-1a of the template's canonical JSON, its decimal digits mapped to the safe alphabet.
 * Differs: pod-template-hash is stable and looks like Kubernetes', but is not the value a real cluster computes (which hashes a Go dump of the struct).
 */
export function templateHashOf(template: unknown, collisionCount = 0): string {
  const text = canonicalJson(template) + (collisionCount === 0 ? '' : String(collisionCount));
  const digits = String(fnv1a(text));
  return [...digits].map((digit) => safeAlphabet[digit.charCodeAt(0) % safeAlphabet.length]).join('');
}

/** 32-bit FNV-1a. Source: Go `hash/fnv`. */
export function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(text)) {
    hash ^= byte;
    hash = Math.imul(hash, 0x01000193);
  }
  return hash >>> 0;
}

/** JSON with object keys sorted and undefined dropped: equal data, equal text. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => {
    if (inner === null || typeof inner !== 'object' || Array.isArray(inner)) return inner;
    return Object.fromEntries(Object.entries(inner).sort(([left], [right]) => (left < right ? -1 : 1)));
  });
}

/** A version-4-shaped UUID for the `incarnation`-th object of that key (0 for the first). */
export function uidOf(seed: number, key: string, incarnation: number): string {
  const hex = digestOf(seed, 'uid', key, incarnation);
  const variant = ((Number.parseInt(hex.charAt(16), 16) & 0x3) | 0x8).toString(16);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    variant + hex.slice(17, 20),
    hex.slice(20, 32),
  ].join('-');
}
