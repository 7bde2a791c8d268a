import test from 'ava';
import { startLab } from './harness.js';

const path = (version: string) => `/apis/autoscaling/${version}/namespaces/default/horizontalpodautoscalers`;

test('an autoscaler of v1 is one of v2 with a CPU metric, and back', async (t) => {
  const { call } = await startLab(t);
  const scaleTargetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'dep' };
  const spec = { scaleTargetRef, maxReplicas: 3, targetCPUUtilizationPercentage: 50 };
  const created = await call('POST', path('v1'), { metadata: { name: 'dep' }, spec });
  t.is(created.code, 201);
  t.like(created.json(), { apiVersion: 'autoscaling/v1', spec });
  const newer = (await call('GET', `${path('v2')}/dep`)).json();
  const metric = {
    type: 'Resource',
    resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } },
  };
  t.deepEqual((newer.spec as { metrics: unknown }).metrics, [metric]);
  t.false('targetCPUUtilizationPercentage' in (newer.spec as object));
  t.is((await call('PUT', `${path('v2')}/dep?fieldValidation=Strict`, newer)).code, 200);
  const header = { 'Content-Type': 'application/merge-patch+json' };
  const patched = await call('PATCH', `${path('v1')}/dep`, { spec: { targetCPUUtilizationPercentage: 80 } }, header);
  t.like(patched.json(), { spec: { targetCPUUtilizationPercentage: 80 } });
});
