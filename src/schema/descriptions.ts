/**
 * The documentation texts of kinds and fields, for `kubectl explain`. Kept apart from the table and loaded on first
 * use: they are four times its size and nothing but OpenAPI needs them.
 */

/** By definition name, then by field; the definition's own text stands under ''. */
export type Descriptions = Readonly<Record<string, Readonly<Record<string, string>>>>;

let loaded: Promise<Descriptions> | undefined;

/** Loads the texts; later calls return the same ones. */
export function loadDescriptions(): Promise<Descriptions> {
  loaded ??= import('./generated/descriptions.json', { with: { type: 'json' } }).then(
    (module) => module.default.descriptions,
  );
  return loaded;
}
