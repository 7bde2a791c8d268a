/**
 * What kube-proxy's configuration file is checked with; refusals are in Kubernetes' words, and name the field.
 */
import { parseGoDuration } from '../../api/go-duration.js';
import { CommandFailure } from '../failure.js';

/** The key of the file in the ConfigMap. */
export const configurationFile = 'config.conf';

export function refused(field: string, why: string): CommandFailure {
  return new CommandFailure('refused', `configmap/kube-proxy: ${configurationFile}: ${field}: ${why}`);
}

export function invalid(field: string, value: unknown, why: string): CommandFailure {
  return refused(field, `Invalid value: "${value}": ${why}`);
}

/** Milliseconds, 0 for none. @throws CommandFailure refused */
export function duration(field: string, text: unknown): number {
  if (text === undefined || text === null) return 0;
  const ms = parseGoDuration(String(text));
  if (ms === undefined) throw invalid(field, text, `time: invalid duration "${text}"`);
  return ms;
}

/** @throws CommandFailure refused */
export function named<Name extends string>(field: string, names: readonly Name[], text: string): Name {
  const name = names.find((one) => one === text);
  if (name) return name;
  const supported = names.map((one) => `"${one}"`).join(', ');
  throw refused(field, `Unsupported value: "${text}": supported values: ${supported}`);
}
