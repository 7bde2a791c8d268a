/**
 * The API server of a lab: its certificates and token, where it listens, and the kubeconfig that leads to it.
 *
 * The listener is opened while the daemon is still in the machine's network namespace, before anything else: it stays
 * there, on loopback, when the daemon leaves.
 */
import { type AddressInfo, createServer, type Server } from 'node:net';
import { type CertificateRequest, type Certificates, makeToken, serverNames } from '../apiserver/certificates.js';
import { writeKubeconfig } from '../apiserver/kubeconfig.js';
import { createApiServer } from '../apiserver/server.js';
import { hostNamespace } from '../fabric/machines.js';
import { listenAt } from '../kernel/listen.js';
import type { NetworkNamespace } from '../kernel/netns.js';
import type { Namespaces } from '../kernel/operations.js';
import type { Kubelet } from '../kubelet/kubelet.js';
import { addressText, blockOf } from '../model/address-block.js';
import type { ClusterConfig } from '../model/cluster-config.js';
import type { Clock } from '../world/contract.js';
import type { DesiredState } from './desired.js';
import { fieldManagement } from './field-management.js';
import { podStreamsOf } from './pod-streams.js';

/** What the API needs before there is a cluster. */
export interface ApiDoor {
  listener: Server;
  /** On the machine's loopback. */
  port: number;
  certificates: Promise<Certificates>;
}

/** Makes certificates somewhere, in a while. */
export type CertificateMaker = (request: CertificateRequest) => Promise<Certificates>;

const LOOPBACK = '127.0.0.1';

/** Opens a free port, or the one given, on the machine's loopback and asks for the lab's certificates. */
export async function openApiDoor(
  config: ClusterConfig,
  clock: Clock,
  make: CertificateMaker,
  wantedPort = 0,
): Promise<ApiDoor> {
  const listener = createServer();
  const listening = new Promise<void>((resolve, reject) => {
    listener.once('error', reject);
    listener.listen(wantedPort, LOOPBACK, resolve);
  });
  const certificates = make({
    addresses: [LOOPBACK, firstServiceAddress(config), ...config.nodes.map((node) => node.address)],
    names: serverNames(config.clusterDomain),
    now: clock.now(),
  });
  await listening;
  const { port } = listener.address() as AddressInfo;
  return { listener, port, certificates };
}

export interface ApiParts {
  name: string;
  door: ApiDoor;
  desired: DesiredState;
  kubelet: Kubelet;
  namespaces: Namespaces;
  clock: Clock;
  kubeconfig: string;
}

/** The API server at work. */
export interface RunningApi {
  /** Opens the kubeconfig's address in one more namespace. */
  listenOn(namespace: NetworkNamespace): void;
}

/** Serves the API at the door, on every machine's loopback, and as the Service `kubernetes`; writes the kubeconfig. */
export async function startApi({
  name,
  door,
  desired,
  kubelet,
  namespaces,
  clock,
  kubeconfig,
}: ApiParts): Promise<RunningApi> {
  const { config, registry } = desired;
  const token = makeToken();
  const certificates = await door.certificates;
  desired.publishRootCA(certificates.ca);
  const server = await createApiServer({
    registry,
    clock,
    token,
    certificates,
    gitVersion: config.kubernetesVersion,
    clusterDomain: config.clusterDomain,
    hosts: [firstServiceAddress(config), ...config.nodes.map((node) => node.address)],
    streams: podStreamsOf(kubelet),
    fields: fieldManagement,
    listener: door.listener,
    report: (fault) => process.stderr.write(`api: ${fault instanceof Error ? fault.stack : fault}\n`),
  });
  for (const listener of insideListeners(config, namespaces, door.port)) server.accept(listener);
  await writeKubeconfig(kubeconfig, {
    name,
    server: `https://${LOOPBACK}:${door.port}`,
    ca: certificates.ca,
    token,
  });
  return { listenOn: (namespace) => server.accept(listenAt(namespace, LOOPBACK, door.port)) };
}

/** kubeadm's port of the API server, which the Service `kubernetes` leads to. */
const API_PORT = 6443;

/**
 * The same kubeconfig works in every shell: the API listens on the loopback of the host and the nodes, at the port that
 * it has on the machine, and on the control plane's own address for pods.
 */
function insideListeners(config: ClusterConfig, namespaces: Namespaces, port: number): Server[] {
  const machines = [hostNamespace, ...config.nodes.map((node) => node.name)].filter(
    (one) => !namespaces.isAdopted(one),
  );
  const local = machines.map((machine) => listenIn(namespaces, machine, port, LOOPBACK));
  const controlPlane = config.nodes.filter((node) => node.controlPlane).slice(0, 1);
  const onLan = controlPlane.map((node) => listenIn(namespaces, node.name, API_PORT, node.address));
  // An attached host is the machine itself, with all its users: they have the loopback, and nothing else.
  if (namespaces.isAdopted(hostNamespace)) for (const listener of onLan) refuseFrom(listener, config.lan.hostAddress);
  return [...local, ...onLan];
}

function refuseFrom(listener: Server, address: string): void {
  listener.prependListener('connection', (socket) => {
    if (socket.remoteAddress === address) socket.destroy();
  });
}

function listenIn(namespaces: Namespaces, machine: string, port: number, address: string): Server {
  return listenAt(namespaces.get(machine), address, port);
}

function firstServiceAddress(config: ClusterConfig): string {
  return addressText(blockOf(config.serviceCIDR).first + 1);
}
