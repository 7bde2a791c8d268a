/**
 * What the daemon does when a command asks: one handler a request. The words of refusals are made here.
 */
import type { Piece } from '../fabric/operation.js';
import type { IptablesVariant } from '../kernel/iptables.js';
import type { Kubelet } from '../kubelet/kubelet.js';
import type { ServiceProxies } from '../node/kube-proxy/service-proxies.js';
import type { Wiring } from '../node/wiring.js';
import type { ProxyMode } from '../proxy/contract.js';
import type { RunningApi } from './api-start.js';
import type { CloudReport, LabCloud } from './cloud.js';
import { ControlError, type ControlHandler } from './control.js';
import { type DesiredState, namesSameCluster } from './desired.js';
import { kernelSections, planSections } from './digest/digest-sections.js';
import type { ClusterDns } from './dns.js';
import { queries } from './dns-queries.js';
import { CommandFailure } from './failure.js';
import type { FaultRequest, Faults } from './faults.js';
import type { MachineRooms } from './machine-rooms.js';
import { arpReport } from './metallb/arp-report.js';
import { bgpReport } from './metallb/bgp-report.js';
import type { MetalLB } from './metallb/metallb.js';
import type { LabRouter } from './metallb/router.js';
import type { NodeProxies } from './proxy/proxies.js';
import { writeProxyMode } from './proxy/proxy-configuration.js';
import type { SocketLB } from './socket-lb.js';
import { kernelSockets, plannedSockets, type SocketReportParts, socketReport } from './socket-report.js';
import type { LabSettings, ManifestText } from './start-request.js';
import type { LabStatus } from './state/state-directory.js';
import { findTarget, type LabTarget } from './target.js';

export interface LabParts {
  status: LabStatus;
  /** Writes the status into the state directory, with what has changed since the start. */
  keepStatus(): void;
  settings: LabSettings;
  desired: DesiredState;
  wiring: Wiring;
  kubelet: Kubelet;
  iptables: IptablesVariant;
  api: RunningApi;
  modes: NodeProxies;
  proxies: ServiceProxies;
  /** Absent without `--socket-lb`. */
  sockets?: SocketLB | undefined;
  dns: ClusterDns;
  rooms: MachineRooms;
  metallb: MetalLB;
  faults: Faults;
  router: LabRouter;
  /** Absent on bare metal. */
  cloud?: LabCloud;
}

export function controlHandlers(lab: LabParts): Map<string, ControlHandler> {
  const handlers: Record<string, ControlHandler> = {
    status: () => statusOf(lab),
    target: (body) => target(lab, (body as { target: string }).target),
    queries: (body) => queries(lab, (body as { after: number }).after),
    'same-settings': (body) => requireSame(lab, body as Partial<LabSettings>),
    apply: (body) => apply(lab, body as ManifestText[]),
    sections: () => sections(lab),
    shadow: () => openShadow(lab),
    'proxy-mode': (body) => changeMode(lab, (body as { mode: ProxyMode }).mode),
    sockets: () => socketReport(socketParts(lab)),
    arp: () => arpReport({ desired: lab.desired, namespaces: lab.wiring.namespaces, speakers: lab.metallb.speakers }),
    bgp: () => bgpReport({ desired: lab.desired, metallb: lab.metallb, router: lab.router }),
    'router-up': (body) => lab.router.up((body as { asn: number }).asn),
    'router-down': () => lab.router.down(),
    cloud: () => cloudReport(lab),
    faults: () => lab.faults.list(),
    fault: (body) => lab.faults.change(body as FaultRequest),
    'clear-faults': () => lab.faults.clear(),
    down: () => down(lab),
  };
  return new Map(Object.entries(handlers).map(([name, handler]) => [name, speakingPlainly(handler)]));
}

/** A CommandFailure keeps its kind on the way to the command. */
function speakingPlainly(handler: ControlHandler): ControlHandler {
  return async (body) => {
    try {
      return await handler(body);
    } catch (error) {
      throw error instanceof CommandFailure ? new ControlError(error.message, error.kind) : error;
    }
  };
}

/**
 * Moves all nodes to a mode: writes it into kube-proxy's ConfigMap and starts every kube-proxy again.
 * @throws CommandFailure when this machine cannot run that mode; nothing is changed then
 */
async function changeMode(lab: LabParts, mode: ProxyMode): Promise<{ before: string; now: string }> {
  const before = lab.modes.summary();
  const { registry } = lab.desired;
  await lab.modes.require(mode);
  writeProxyMode(registry, mode);
  await lab.modes.restart();
  await lab.proxies.sync();
  lab.keepStatus();
  return { before, now: lab.modes.summary() };
}

function statusOf(lab: LabParts) {
  const { registry } = lab.desired;
  return {
    ...lab.status,
    proxyMode: lab.modes.summary(),
    pods: registry.list('', 'Pod').length,
    services: registry.list('', 'Service').length,
    router: lab.router.state,
    cloud: lab.desired.config.cloud,
  };
}

function target({ desired, wiring, kubelet, rooms, settings }: LabParts, name: string): Promise<LabTarget> {
  const { attach } = settings;
  return findTarget({ registry: desired.registry, namespaces: wiring.namespaces, kubelet, rooms, attach }, name);
}

/** What cannot be changed while the lab is up. */
function requireSame(lab: LabParts, asked: Partial<LabSettings>): void {
  const { settings, status } = lab;
  const present: Record<string, unknown> = { ...settings, iptables: status.iptables, proxyMode: lab.modes.summary() };
  for (const [field, value] of Object.entries(asked)) {
    const now = present[field];
    if (field === 'config' ? namesSameCluster(settings.config, value as ManifestText) : now === value) continue;
    const shown = typeof now === 'object' || now === undefined ? 'another' : String(now);
    throw new CommandFailure(
      'alreadyUp',
      `lab: lab "${status.name}" is already up with ${shown} ${field}; take it down first (lab --name ${status.name} down) or choose another --name${field === 'proxyMode' ? `, or move it: lab --name ${status.name} proxy-mode ${value}` : ''}`,
    );
  }
}

async function apply({ desired, kubelet, proxies }: LabParts, manifests: ManifestText[]) {
  const outcome = desired.apply(manifests);
  await kubelet.settled();
  desired.settle();
  await proxies.sync();
  return outcome;
}

async function sections(lab: LabParts) {
  const { desired, settings, modes, proxies, wiring, iptables } = lab;
  await modes.settled();
  const configurations = modes.configurations();
  const sockets = socketParts(lab);
  const plan = planSections(desired, settings, proxies, configurations);
  const kernel = await kernelSections(desired, wiring.namespaces, iptables, configurations);
  return {
    plan: Object.fromEntries([...plan, ...plannedSockets(sockets, settings)]),
    kernel: Object.fromEntries([...kernel, ...(await kernelSockets(sockets))]),
  };
}

function socketParts({ sockets, proxies, desired }: LabParts): SocketReportParts {
  return { sockets, proxies, nodes: desired.config.nodes };
}

/**
 * A bare namespace from which the API can be reached: a real kube-proxy that plays a node there writes its rules beside
 * the lab's and not over them. It lasts as long as the lab.
 */
async function openShadow({ wiring, api }: LabParts): Promise<LabTarget> {
  const name = 'shadow';
  if (!wiring.namespaces.has(name)) {
    await wiring.change([shadowPiece(name)]);
    api.listenOn(wiring.namespaces.get(name));
  }
  return { kind: 'machine', name, namespaces: { network: wiring.namespaces.get(name).fd } };
}

function shadowPiece(namespace: string): Piece {
  return {
    key: `machine/${namespace}`,
    make: [
      { op: 'namespace.create', namespace },
      { op: 'link.up', namespace, link: 'lo', index: 1 },
    ],
    unmake: [{ op: 'namespace.delete', namespace }],
  };
}

function cloudReport({ cloud, status }: LabParts): CloudReport {
  if (cloud) return cloud.report();
  const hint = `bring it up with a cloud provider: lab --name ${status.name} down, then lab up --cloud aws (or gcp)`;
  throw new CommandFailure('refused', `lab: lab "${status.name}" is on bare metal; ${hint}`);
}

/** Ends the daemon, and with it everything. The link in the machine's namespace goes first, so that it is gone for sure. */
async function down({ wiring, settings }: LabParts): Promise<void> {
  if (settings.attach) await wiring.change([], ['machine/1-host']);
  setImmediate(() => process.exit(0));
}
