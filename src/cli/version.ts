/**
 * The product's version, from the package file beside the build.
 */
import { readFileSync } from 'node:fs';

/** The root of the checkout or installation, with a trailing slash. */
export const installation = new URL('../../../', import.meta.url);

export function productVersion(): string {
  return JSON.parse(readFileSync(new URL('package.json', installation), 'utf8')).version;
}
