/**
 * One object in another version of its kind. Versions that the lab serves side by side share one shape, but for
 * HorizontalPodAutoscalers: v1 has a single CPU target where v2 has metrics.
 *
 * Source: `pkg/apis/autoscaling/v1/conversion.go`. Differs: metrics that v1 cannot express are dropped there, not kept in
 * an annotation.
 */

interface AutoscalerSpec {
  targetCPUUtilizationPercentage?: number;
  metrics?: { type: string; resource?: { name: string; target: { type: string; averageUtilization?: number } } }[];
  behavior?: unknown;
  [field: string]: unknown;
}

function toMetrics({ targetCPUUtilizationPercentage: share, ...spec }: AutoscalerSpec): AutoscalerSpec {
  if (share === undefined) return spec;
  const target = { type: 'Utilization', averageUtilization: share };
  return { ...spec, metrics: [{ type: 'Resource', resource: { name: 'cpu', target } }] };
}

function toCpuTarget({ metrics = [], behavior: _dropped, ...spec }: AutoscalerSpec): AutoscalerSpec {
  const cpu = metrics.find(({ resource }) => resource?.name === 'cpu')?.resource;
  const share = cpu?.target.averageUtilization;
  return share === undefined ? spec : { ...spec, targetCPUUtilizationPercentage: share };
}

/** By the version that is left and the one that is wanted. */
const autoscalerConversions: Readonly<Record<string, (spec: AutoscalerSpec) => AutoscalerSpec>> = {
  'autoscaling/v1 autoscaling/v2': toMetrics,
  'autoscaling/v2 autoscaling/v1': toCpuTarget,
};

/** The same object as `apiVersion` has it. */
export function inVersion<T extends { apiVersion?: unknown }>(object: T, apiVersion: string): T {
  if (object.apiVersion === apiVersion) return object;
  const { kind, spec } = object as { kind?: unknown; spec?: AutoscalerSpec };
  const convert = kind === 'HorizontalPodAutoscaler' && autoscalerConversions[`${object.apiVersion} ${apiVersion}`];
  return convert && spec ? { ...object, apiVersion, spec: convert(spec) } : { ...object, apiVersion };
}
