/**
 * The language of the e2e table: what a scenario of Kubernetes' own tests is called, and where it is mirrored here, or why
 * it is not.
 */

export interface Scenario {
  /** As upstream names it, `[Conformance]` included, other tags left out. */
  readonly name: string;
  /** Titles of tests, of cases of the behaviour suite (test/proxy/cases), or of scenarios under test/lab. */
  readonly mirroredBy: readonly string[];
  /** Why nothing mirrors it. */
  readonly leftOut?: string;
}

export interface Group {
  readonly title: string;
  /** Files under `test/e2e/network` of kubernetes, or the unit test's. */
  readonly source: string;
  readonly scenarios: readonly Scenario[];
}

/** A scenario with its mirrors. */
export function held(name: string, ...mirroredBy: string[]): Scenario {
  return { name, mirroredBy };
}

/** A scenario without one. */
export function leftOut(name: string, reason: string): Scenario {
  return { name, mirroredBy: [], leftOut: reason };
}
