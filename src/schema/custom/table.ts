/**
 * The structural schema of a custom resource that the lab knows.
 */
import { groupOf } from '../../api/object.js';
import { gatewaySpecs } from './gateway.js';
import { metallbSpecs, specRequired } from './metallb.js';
import { anything, object, type Pruned, problemsOf, prune, type Shape, type ShapeProblem } from './shape.js';

const groups: Readonly<Record<string, Readonly<Record<string, Shape>>>> = {
  'gateway.networking.k8s.io': gatewaySpecs,
  'metallb.io': metallbSpecs,
};

/** Whether the kinds of a group are custom resources on a real cluster. */
export function isCustomGroup(group: string): boolean {
  return Object.hasOwn(groups, group);
}

type Typed = { apiVersion: string; kind: string };

/** The whole object's shape; metadata and status are judged elsewhere. Undefined for kinds without a schema. */
function shapeFor({ apiVersion, kind }: Typed): Shape | undefined {
  const specs = groups[groupOf(apiVersion)];
  const version = apiVersion.slice(apiVersion.indexOf('/') + 1);
  const spec = specs?.[`${version}/${kind}`] ?? specs?.[kind];
  const mustHave = groupOf(apiVersion) !== 'metallb.io' || specRequired.has(kind);
  const field = mustHave ? 'spec!' : 'spec';
  return spec && object({ apiVersion: anything, kind: anything, metadata: anything, [field]: spec, status: anything });
}

/** What in a custom resource does not fit its schema; nothing for kinds without one. */
export function customProblems(resource: Typed): ShapeProblem[] {
  const shape = shapeFor(resource);
  return shape === undefined ? [] : problemsOf(shape, resource);
}

/** A custom resource without unknown fields. */
export function pruneCustom(resource: Typed): Pruned {
  const shape = shapeFor(resource);
  return shape === undefined ? { value: resource, unknown: [] } : prune(shape, resource);
}
