/**
 * A lab, from nothing to ready, as a list of steps. Each step's work is elsewhere; here is only their order.
 */
import { join } from 'node:path';
import type { KubeObject } from '../api/object.js';
import { recordEvent } from '../controllers/events.js';
import { cloudNamespace } from '../fabric/cloud.js';
import { attachmentOf, hostNamespace, planMachines, routerNamespace } from '../fabric/machines.js';
import { frrouting } from '../kernel/frr.js';
import { initOnMachine, mountOwnProc, pidOnMachine } from '../kernel/mounts.js';
import { leaveMachineNamespace } from '../kernel/netns.js';
import { createPodNetwork } from '../node/pod-network.js';
import { startProxyAgent } from '../node/proxy-agent.js';
import { ProxyLogs } from '../node/proxy-log.js';
import { createServiceProxies, trafficKinds } from '../node/service-proxies.js';
import { Wiring } from '../node/wiring.js';
import type { Clock } from '../world/contract.js';
import { createWorld } from '../world/world.js';
import { type CertificateMaker, openApiDoor, startApi } from './api-start.js';
import { refuseCloud, refuseOverlap } from './attach.js';
import { chooseIptables } from './choose-tools.js';
import { LabCloud } from './cloud.js';
import { serveControl } from './control.js';
import { controlHandlers } from './control-handlers.js';
import { createDesiredState, type DesiredState } from './desired.js';
import { startDns, untilServing } from './dns.js';
import { Faults } from './faults.js';
import { journalFile, keepJournal, readJournal } from './journal.js';
import { startKubelet } from './kubelet-start.js';
import { createMachineRooms } from './machine-rooms.js';
import { createMetalLB } from './metallb.js';
import { createNodeProxies, restartWithPods } from './proxies.js';
import { readProxyConfiguration } from './proxy-configuration.js';
import { LabRouter, requireFrr } from './router.js';
import { requireSocketLB, startSocketLB } from './socket-lb.js';
import type { ApplyOutcome, StartRequest } from './start-request.js';
import { type LabStatus, stateDirectory, writeStatus } from './state-directory.js';

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
  const { name, settings } = request;
  const directory = stateDirectory(name, request.stateRoot);
  const world = createWorld({ seed: settings.seed });
  const { keeper: pid, init } = request.guest ?? { keeper: pidOnMachine(), init: initOnMachine() };

  const kubeletStart = startKubelet();
  const dns = startDns();

  progress('reading manifests');
  const earlier = readJournal(directory.journal);
  const desired = createDesiredState({
    world,
    config: settings.config,
    cloud: settings.cloud,
    proxyMode: settings.proxyMode,
    snapshot: earlier?.snapshot,
  });
  const outcome = desired.apply(request.manifests);

  if (settings.attach) refuseOverlap(desired.config, request.rootless);
  if (settings.attach) refuseCloud(desired.config);
  if (settings.socketLB) requireSocketLB(request.rootless);
  if (desired.config.router) requireFrr("the cluster configuration's router", frrouting);

  const door = await openApiDoor(desired.config, world.clock, certificates, request.guest?.apiPort);

  progress('making namespaces');
  const machine = leaveMachineNamespace();
  // A kernel of its own has no processes but the lab's.
  if (!request.guest) mountOwnProc();
  const wiring = new Wiring();
  if (settings.attach) wiring.namespaces.adopt({ name: hostNamespace, fd: machine.fd });
  await wiring.change(planMachines(desired.config, settings.attach ? attachmentOf(name) : undefined));
  const iptables = await chooseIptables(wiring.namespaces.get(desired.config.nodes[0]?.name ?? ''), settings.iptables);

  progress('starting pods and writing rules');
  const balance = { seed: settings.seed, balance: settings.balance };
  const proxyLogs = new ProxyLogs(world.clock);
  const modes = await createNodeProxies({
    config: desired.config,
    registry: desired.registry,
    namespaces: wiring.namespaces,
    balance,
    variant: iptables,
    rootless: request.rootless,
    clock: world.clock,
    logs: proxyLogs,
  });
  const sockets = settings.socketLB
    ? await startSocketLB({
        nodes: desired.config.nodes.map(({ name: node }) => ({ name: node, namespace: wiring.namespaces.get(node) })),
        balance,
        folder: join(directory.root, 'bpf'),
      })
    : undefined;
  const proxies = createServiceProxies(
    desired.registry,
    sockets ? sockets.beside(modes.proxied) : modes.proxied,
    desired.positionOf,
  );
  dns.feed({ registry: desired.registry, config: desired.config, clock: world.clock });
  const wires = createPodNetwork(wiring, desired.config);
  const network = sockets ? sockets.around(wires) : wires;
  const scratch = join(directory.root, 'scratch');
  const rooms = createMachineRooms({ config: desired.config, namespaces: wiring.namespaces, scratch });
  const router = new LabRouter({
    config: desired.config,
    wiring,
    routing: frrouting,
    directory: directory.frr,
    attach: settings.attach,
    leaving: () => rooms.leave(routerNamespace),
  });
  const metallb = createMetalLB({
    desired,
    world,
    namespaces: wiring.namespaces,
    frrDirectory: directory.frr,
  });
  const kubelet = await kubeletStart({
    desired,
    world,
    network,
    namespaces: wiring.namespaces,
    scratch,
    dns,
    agents: (agent, start) =>
      agent === 'kube-proxy' ? startProxyAgent(start, proxyLogs) : metallb.startSpeaker(start),
  });
  await kubelet.settled();
  await untilServing({ registry: desired.registry, clock: world.clock });
  desired.settle();
  // Not before: each sync replaces whole tables, and the first one that counts is that of all pods with the DNS.
  keepRulesInStep(desired, world.clock, () => proxies.sync());
  await proxies.sync();
  modes.watchRules(() => proxies.sync());
  if (desired.config.router) await router.up(desired.config.router.asn);

  const status: LabStatus = {
    name,
    pid,
    launcher: request.launcher,
    init,
    seed: settings.seed,
    balance: settings.balance,
    proxyMode: readProxyConfiguration(desired.registry).mode,
    socketLB: settings.socketLB,
    attach: settings.attach,
    iptables,
    nodes: desired.config.nodes.map((node) => ({ name: node.name, address: node.address })),
    kubeconfig: directory.kubeconfig,
    innerPid: process.pid,
    kernel: request.guest ? 'uml' : 'machine',
  };
  const keepStatus = () => writeStatus(directory, { ...status, proxyMode: modes.summary() });
  restartWithPods(
    desired.registry,
    modes,
    async () => {
      await proxies.sync();
      keepStatus();
    },
    (involved, { message }) =>
      recordEvent(desired.registry, world.clock, {
        involved,
        type: 'Warning',
        reason: 'FailedToStart',
        message,
        component: 'kube-proxy',
      }),
  );
  const api = await startApi({
    name,
    door,
    desired,
    kubelet,
    namespaces: wiring.namespaces,
    clock: world.clock,
    kubeconfig: directory.kubeconfig,
  });
  const { cloud: provider } = desired.config;
  const cloud =
    provider &&
    new LabCloud({
      cloud: provider,
      config: desired.config,
      registry: desired.registry,
      namespace: wiring.namespaces.get(cloudNamespace),
      variant: iptables,
      balance: { seed: settings.seed, balance: settings.balance },
      clock: world.clock,
      tellNames: (names) => dns.setUpstream(names),
    });
  const faults = new Faults({ desired, world, wiring, kubelet, speakers: metallb.speakers });
  await serveControl(
    request.guest?.control ?? directory.control,
    controlHandlers({
      status,
      keepStatus,
      settings,
      desired,
      wiring,
      kubelet,
      iptables,
      api,
      modes,
      proxies,
      sockets,
      dns,
      rooms,
      metallb,
      faults,
      router,
      ...(cloud && { cloud }),
    }),
  );
  keepJournal(settings, desired.registry, journalFile(directory.journal), (text) => process.stderr.write(`${text}\n`));
  keepStatus();
  // The first command on host comes soon: its room is made while that command starts.
  if (!settings.attach) rooms.enter(hostNamespace).catch(() => undefined);
  return { status, outcome };
}

/** Rules follow objects: all changes of one turn of the event loop become one sync. */
function keepRulesInStep(desired: DesiredState, clock: Clock, sync: () => Promise<void>): void {
  let waiting = false;
  const again = (): void => {
    waiting = false;
    sync().catch((error) => {
      process.stderr.write(`rules: ${error}\n`);
      clock.after(RETRY_MS, again);
    });
  };
  desired.registry.watch(undefined, ({ object }: { object: KubeObject }) => {
    if (waiting || !trafficKinds.has(object.kind)) return;
    waiting = true;
    setImmediate(again);
  });
}

/** kube-proxy tries again after its sync period, 30 s; a lab is in more of a hurry. */
const RETRY_MS = 1000;
