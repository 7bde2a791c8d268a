/**
 * Field ownership as the API server asks for it: server-side apply, and what plain writes own.
 */
import type { KubeObject } from '../api/object.js';
import type { FieldManagement } from '../apiserver/contract.js';
import { applyServerSide } from '../patch/apply.js';
import { trackUpdate } from '../patch/ownership.js';

export const fieldManagement: FieldManagement = {
  apply(live, configuration, { manager, force, time, subresource }) {
    return applyServerSide(live ?? bare(configuration as KubeObject), configuration, {
      manager,
      force,
      now: time,
      subresource,
    });
  },
  manage(live, written, { manager, time, subresource }) {
    return trackUpdate(live, written, { manager, now: time, subresource });
  },
};

/** An object that does not exist yet is its name and nothing more. */
function bare({ apiVersion, kind, metadata: { name, namespace } }: KubeObject): KubeObject {
  return { apiVersion, kind, metadata: { name, ...(namespace !== undefined && { namespace }) } };
}
