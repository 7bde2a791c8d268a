/**
 * What happens around a container's life: readiness, hooks.
 */
import type { ContainerHooks } from './pod-worker.js';

export function createHooks(): ContainerHooks {
  return {
    postStart: async () => undefined,
    preStop: async () => {},
    observe(_worker, _container, { record }) {
      const running = record.state.kind === 'running';
      Object.assign(record, { ready: running, started: running });
    },
  };
}
