/**
 * Bytes that nobody can guess: tokens, serial numbers. They come from the operating system and never from the seed, so
 * nothing that a digest covers may depend on them.
 */
import { randomBytes } from 'node:crypto';

export function secretBytes(length: number): Buffer {
  return randomBytes(length);
}
