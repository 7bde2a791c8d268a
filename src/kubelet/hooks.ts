/**
 * What happens around a container's life: postStart and preStop hooks, and probes while it runs.
 * Source: kubelet `lifecycle/handlers.go`, `kuberuntime_container.go` (executePreStopHook), `prober`.
 */
import type { Container } from 'kubernetes-types/core/v1.js';
import type { Clock } from '../world/contract.js';
import type { ContainerLoop } from './container-loop.js';
import { podEvents } from './lifecycle/events.js';
import type { ContainerHooks, PodWorker } from './pod-worker.js';
import type { RunHandler } from './probes/handler.js';
import { Prober } from './probes/prober.js';
import type { RunningContainer } from './runtime/contract.js';

/** Upstream's default `terminationGracePeriodSeconds`. */
const defaultGraceSeconds = 30;
/** A postStart hook has no deadline of its own upstream; this only keeps a hung one from being held for ever. */
const postStartLimitMs = 3_600_000;

export function createHooks(clock: Clock, run: RunHandler): ContainerHooks {
  const probers = new WeakMap<RunningContainer, Prober>();

  return {
    async postStart(worker, container, running) {
      const handler = container.lifecycle?.postStart;
      if (!handler) return undefined;
      const { success } = await run(handler, { worker, container, running }, postStartLimitMs);
      return success ? undefined : 'PostStartHook failed';
    },
    async preStop(worker, container, running, graceMilliseconds) {
      const handler = container.lifecycle?.preStop;
      if (!handler || graceMilliseconds <= 0) return;
      const { success } = await run(handler, { worker, container, running }, graceMilliseconds);
      if (!success) worker.event(podEvents.failedPreStop('PreStopHook failed'));
    },
    observe(worker, container, loop) {
      const { current, record } = loop;
      if (!current) return;
      if (record.state.kind !== 'running') return probers.get(current)?.stop();
      if (!probers.has(current)) probers.set(current, proberOf(worker, container, loop, current));
    },
  };

  function proberOf(worker: PodWorker, container: Container, loop: ContainerLoop, running: RunningContainer): Prober {
    const { startupProbe, readinessProbe, livenessProbe } = container;
    return new Prober({
      probes: { startup: startupProbe, readiness: readinessProbe, liveness: livenessProbe },
      record: loop.record,
      clock,
      run: (probe, timeoutMs) => run(probe, { worker, container, running }, timeoutMs),
      changed: () => worker.publish(),
      failed: (kind, output) => worker.event(podEvents.unhealthy(titles[kind], output)),
      restart: (kind, probe) => {
        // A pod on its way out is not restarted: upstream stops these probes then.
        if (worker.pod.metadata.deletionTimestamp) return;
        const seconds =
          probe.terminationGracePeriodSeconds ?? worker.pod.spec?.terminationGracePeriodSeconds ?? defaultGraceSeconds;
        void loop.restart(seconds * 1000, podEvents.killingUnhealthy(container.name, kind));
      },
    });
  }
}

const titles = { startup: 'Startup', readiness: 'Readiness', liveness: 'Liveness' } as const;
