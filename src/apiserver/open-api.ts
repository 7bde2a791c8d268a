/**
 * The OpenAPI documents of a set of kinds, built when a client first asks: no lab waits for them at its start.
 */

import type { KindInfo } from '../registry/contract.js';
import { loadDescriptions } from '../schema/descriptions.js';
import { buildOpenApiV2, encodeOpenApiV2 } from '../schema/openapi-v2.js';
import { buildOpenApiV3, type OpenApiV3 } from '../schema/openapi-v3.js';

export interface OpenApi {
  /** The gnostic protobuf form of the v2 document. */
  v2(): Promise<Uint8Array>;
  v3(): Promise<OpenApiV3>;
}

/** Calls `make` once, at the first use. */
function lazy<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

/** @param gitVersion goes into the documents' `info`. */
export function makeOpenApi(kinds: readonly KindInfo[], gitVersion: string): OpenApi {
  return {
    v2: lazy(async () => encodeOpenApiV2(buildOpenApiV2(kinds, await loadDescriptions(), gitVersion))),
    v3: lazy(async () => buildOpenApiV3(kinds, await loadDescriptions(), gitVersion)),
  };
}
