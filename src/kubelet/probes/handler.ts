/**
 * One handler of a manifest, whatever its kind: exec, httpGet, tcpSocket, grpc, sleep.
 */
import type { Container, LifecycleHandler, Probe } from 'kubernetes-types/core/v1.js';
import type { Clock } from '../../world/contract.js';
import type { ProbeOutcome } from '../lifecycle/probe-state.js';
import type { PodWorker } from '../pod-worker.js';
import type { RunningContainer } from '../runtime/contract.js';
import { probeExec, probeHttp, probeTcp } from './actions.js';
import { httpTarget, tcpTarget } from './target.js';

/** What a handler acts on. */
export interface HandlerPlace {
  worker: PodWorker;
  container: Container;
  running: RunningContainer;
}

/** Carries out a handler within its time. */
export type RunHandler = (
  handler: Probe | LifecycleHandler,
  place: HandlerPlace,
  timeoutMs: number,
) => Promise<ProbeOutcome>;

const succeeded: ProbeOutcome = { success: true, output: '' };

/** `version` is Kubernetes' minor version, `1.30`, for the User-Agent. */
export function createHandlerRunner(clock: Clock, version: string): RunHandler {
  return async (handler, place, timeoutMs) => {
    try {
      return await run(handler, place, timeoutMs);
    } catch (error) {
      return { success: false, output: (error as Error).message };
    }
  };

  async function run(
    handler: Probe | LifecycleHandler,
    { worker, container, running }: HandlerPlace,
    timeoutMs: number,
  ): Promise<ProbeOutcome> {
    const from = worker.node.namespace;
    const podIP = worker.attachment?.podIPs[0] ?? '';
    if (handler.exec) {
      const { command = [] } = handler.exec;
      return probeExec(() => running.exec({ command }), command, timeoutMs, clock);
    }
    if (handler.httpGet)
      return probeHttp(from, httpTarget(handler.httpGet, container, podIP, `kube-probe/${version}`), timeoutMs, clock);
    if (handler.tcpSocket) return probeTcp(from, tcpTarget(handler.tcpSocket, container, podIP), timeoutMs, clock);
    // Differs: a grpc probe succeeds when its port accepts a connection; no health request is made.
    if ('grpc' in handler && handler.grpc)
      return probeTcp(from, { address: podIP, port: handler.grpc.port }, timeoutMs, clock);
    if ('sleep' in handler && handler.sleep) await sleep(Math.min(handler.sleep.seconds * 1000, timeoutMs));
    return succeeded;
  }

  function sleep(ms: number): Promise<void> {
    return new Promise((resolve) => clock.after(ms, resolve));
  }
}
