/**
 * A lab, from nothing to ready, as a list of steps. Each step's work is elsewhere; here is only their order.
 */
import { cloudNamespace } from '../fabric/cloud.js';
import { hostNamespace } from '../fabric/machines.js';
import { initOnMachine, pidOnMachine } from '../kernel/mounts.js';
import { createWorld } from '../world/world.js';
import { type CertificateMaker, openApiDoor, startApi } from './api-start.js';
import { LabCloud } from './cloud.js';
import { serveControl } from './control.js';
import { controlHandlers, type LabParts } from './control-handlers.js';
import { startDns, untilServing } from './dns.js';
import { Faults } from './faults.js';
import { startKubelet } from './kubelet-start.js';
import { readProxyConfiguration } from './proxy/proxy-configuration.js';
import { balanceOf, createDatapath, type Datapath } from './start/datapath.js';
import { type Foundation, makeMachines, readDesired } from './start/foundation.js';
import { followProxyPods, keepRulesInStep } from './start/keep-in-step.js';
import { type Early, startWorkloads, type Workloads } from './start/workloads.js';
import type { ApplyOutcome, StartRequest } from './start-request.js';
import { journalFile, keepJournal } from './state/journal.js';
import { type LabStatus, stateDirectory, writeStatus } from './state/state-directory.js';

/** A started lab. It lives until its process ends. */
export interface StartedLab {
  status: LabStatus;
  outcome: ApplyOutcome[];
}

/** Whoever asked for the lab: hears how it goes, and makes its certificates meanwhile. */
export interface Asker {
  progress(text: string): void;
  certificates: CertificateMaker;
}

/** @throws CommandFailure in one line, with nothing left behind once the process ends */
export async function startLab(request: StartRequest, { progress, certificates }: Asker): Promise<StartedLab> {
  const directory = stateDirectory(request.name, request.stateRoot);
  const world = createWorld({ seed: request.settings.seed });
  const pids = request.guest ?? { keeper: pidOnMachine(), init: initOnMachine() };
  const early: Early = { kubelet: startKubelet(), dns: startDns() };

  progress('reading manifests');
  const { desired, outcome } = readDesired(request, directory, world);
  const door = await openApiDoor(desired.config, world.clock, certificates, request.guest?.apiPort);

  progress('making namespaces');
  const machines = await makeMachines(request, desired);
  const foundation: Foundation = { request, directory, world, desired, ...machines };

  progress('starting pods and writing rules');
  const datapath = await createDatapath(foundation);
  early.dns.feed({ registry: desired.registry, config: desired.config, clock: world.clock });
  const workloads = await startWorkloads(foundation, datapath, early);
  await settle(foundation, datapath, workloads);

  const status = statusOf(foundation, pids);
  const keepStatus = () => writeStatus(directory, { ...status, proxyMode: datapath.modes.summary() });
  followProxyPods(foundation, datapath, keepStatus);
  const api = await startApi({
    name: request.name,
    door,
    desired,
    kubelet: workloads.kubelet,
    namespaces: machines.wiring.namespaces,
    clock: world.clock,
    kubeconfig: directory.kubeconfig,
  });
  await openControl(foundation, { ...datapath, ...workloads, dns: early.dns, api, status, keepStatus });
  const complain = (text: string) => process.stderr.write(`${text}\n`);
  keepJournal(request.settings, desired.registry, journalFile(directory.journal), complain);
  keepStatus();
  // The first command on host comes soon: its room is made while that command starts.
  if (!request.settings.attach) workloads.rooms.enter(hostNamespace).catch(() => undefined);
  return { status, outcome };
}

/** Until all pods are there, the DNS answers and the rules lead to them. */
async function settle(foundation: Foundation, datapath: Datapath, workloads: Workloads): Promise<void> {
  const { desired, world } = foundation;
  const sync = () => datapath.proxies.sync();
  await workloads.kubelet.settled();
  await untilServing({ registry: desired.registry, clock: world.clock });
  desired.settle();
  // Not before: each sync replaces whole tables, and the first one that counts is that of all pods with the DNS.
  keepRulesInStep(desired, world.clock, sync);
  await sync();
  datapath.modes.watchRules(sync);
  if (desired.config.router) await workloads.router.up(desired.config.router.asn);
}

function statusOf(
  { request, directory, desired, iptables }: Foundation,
  pids: { keeper: number; init: number },
): LabStatus {
  const { seed, balance, socketLB, attach } = request.settings;
  return {
    name: request.name,
    pid: pids.keeper,
    launcher: request.launcher,
    init: pids.init,
    seed,
    balance,
    proxyMode: readProxyConfiguration(desired.registry).mode,
    socketLB,
    attach,
    iptables,
    nodes: desired.config.nodes.map((node) => ({ name: node.name, address: node.address })),
    kubeconfig: directory.kubeconfig,
    innerPid: process.pid,
    kernel: request.guest ? 'uml' : 'machine',
  };
}

/** From here on the lab takes commands. */
async function openControl(
  foundation: Foundation,
  parts: Omit<LabParts, keyof Foundation | 'settings' | 'cloud' | 'faults'>,
): Promise<void> {
  const { request, directory, world, desired, wiring, iptables } = foundation;
  const { dns, kubelet, metallb } = parts;
  const { cloud: provider } = desired.config;
  const cloud =
    provider &&
    new LabCloud({
      cloud: provider,
      config: desired.config,
      registry: desired.registry,
      namespace: wiring.namespaces.get(cloudNamespace),
      variant: iptables,
      balance: balanceOf(request),
      clock: world.clock,
      tellNames: (names) => dns.setUpstream(names),
    });
  const faults = new Faults({ desired, world, wiring, kubelet, speakers: metallb.speakers });
  const { settings } = request;
  await serveControl(
    request.guest?.control ?? directory.control,
    controlHandlers({ ...parts, settings, desired, wiring, iptables, faults, ...(cloud && { cloud }) }),
  );
}
