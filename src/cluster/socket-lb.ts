/**
 * The socket load balancer of a lab (`lab up --socket-lb`): loads its programs, and keeps their maps in step with the
 * traffic plan and with the network namespaces that there are.
 */
import { fileURLToPath } from 'node:url';
import { podNamespace } from '../fabric/naming.js';
import { ATTACH_TYPES, type Hook, type LoadedPrograms, loadPrograms, namespaceCookie } from '../kernel/bpf.js';
import { KernelError } from '../kernel/libc.js';
import type { NetworkNamespace } from '../kernel/netns.js';
import { ProcessError } from '../kernel/process.js';
import { missingTools } from '../kernel/tool-table.js';
import type { PodNetwork } from '../kubelet/contract.js';
import type { NodeServicePort, NodeTraffic } from '../model/traffic.js';
import type { ProxiedNode } from '../node/kube-proxy/service-proxies.js';
import type { BalanceOptions } from '../proxy/contract.js';
import { type HeldService, heldServices, parseDump } from '../proxy/socket-lb/dump.js';
import { machineEntry, serviceEntries } from '../proxy/socket-lb/entries.js';
import { socketService } from '../proxy/socket-lb/services.js';
import { CommandFailure } from './failure.js';
import { SocketMaps } from './socket-maps.js';

const source = fileURLToPath(new URL('../../../src/kernel/bpf/socket-lb.bpf.c', import.meta.url));
const instead = 'without --socket-lb the rules of the proxy mode do it all';

export interface SocketLB {
  /** The nodes' kube-proxies, with the maps following whatever traffic their rules carry. */
  beside(proxied: ReadonlyMap<string, ProxiedNode>): Map<string, ProxiedNode>;
  /** The pods' network, with every pod known to the programs before it starts. */
  around(network: PodNetwork): PodNetwork;
  /** What the kernel holds. */
  held(): Promise<HeldService[]>;
}

/** @throws CommandFailure noPrivileges or missingTool */
export function requireSocketLB(rootless: boolean): void {
  if (rootless) {
    throw new CommandFailure('noPrivileges', `lab: --socket-lb: only root may load eBPF programs; ${instead}`);
  }
  const missing = missingTools(['clang', 'bpftool']);
  if (missing.length === 0) return;
  throw new CommandFailure(
    'missingTool',
    `lab: --socket-lb: ${missing.join(' and ')} not found; install the packages clang and bpftool (scripts/provision --ebpf); ${instead}`,
  );
}

export interface SocketLBParts {
  /** In the order of the cluster's configuration: a node's number is its place. */
  nodes: readonly { name: string; namespace: NetworkNamespace }[];
  balance: BalanceOptions;
  /** A folder of the lab's own. */
  folder: string;
}

/** @throws CommandFailure missingKernelFeature, in the words of the tool that was refused */
export async function startSocketLB({ nodes, balance, folder }: SocketLBParts): Promise<SocketLB> {
  const [first] = nodes;
  if (!first) throw new Error('a lab has nodes');
  const hooks = Object.keys(ATTACH_TYPES) as Hook[];
  try {
    const programs = await loadPrograms({ source, folder, hooks, place: first.namespace });
    const lab = new LabSockets(programs, balance, new Map(nodes.map(({ name }, number) => [name, number])));
    await Promise.all(nodes.map(({ name, namespace }) => lab.admit(namespace, name)));
    return lab;
  } catch (error) {
    throw refusal(error);
  }
}

/** The first line that says what went wrong; what tools print behind it is what they did about it. */
function refusal(error: unknown): unknown {
  if (!(error instanceof ProcessError || error instanceof KernelError)) return error;
  const words = error instanceof ProcessError ? error.stderr.trim().split('\n') : [error.message];
  const said = words.find((line) => /error|fail/i.test(line)) ?? words.at(-1);
  if (error instanceof ProcessError && error.command[0] === 'clang') {
    const message = `lab: --socket-lb: clang cannot compile its program: ${said}; is the package linux-libc-dev there? ${instead}`;
    return new CommandFailure('missingTool', message);
  }
  return new CommandFailure('missingKernelFeature', `lab: --socket-lb: this kernel refused: ${said}; ${instead}`);
}

class LabSockets implements SocketLB {
  readonly #maps: SocketMaps;
  /** By node, the service ports that the maps were last asked to hold. */
  readonly #ports = new Map<string, ReadonlyMap<string, NodeServicePort>>();

  constructor(
    private readonly programs: LoadedPrograms,
    private readonly balance: BalanceOptions,
    private readonly numbers: ReadonlyMap<string, number>,
  ) {
    this.#maps = new SocketMaps(programs);
  }

  admit(namespace: NetworkNamespace, node: string): Promise<void> {
    this.#maps.want(`machine ${namespace.name}`, [machineEntry(namespaceCookie(namespace), this.#number(node))]);
    return this.#maps.written();
  }

  beside(proxied: ReadonlyMap<string, ProxiedNode>): Map<string, ProxiedNode> {
    const follow = ({ proxy, edge }: ProxiedNode): ProxiedNode => ({
      proxy,
      edge: {
        changed: async (traffic, previous) => {
          await edge.changed(traffic, previous);
          await this.sync(traffic);
        },
      },
    });
    return new Map([...proxied].map(([name, node]) => [name, follow(node)]));
  }

  /** Resolves when the node's processes and pods are sent by this traffic. */
  sync({ node: { name: node }, ports }: NodeTraffic): Promise<void> {
    const before = this.#ports.get(node);
    const now = new Map(ports.map((port) => [`${port.traffic.name} ${port.traffic.protocol}`, port]));
    for (const [key, port] of now) {
      if (before?.get(key) === port) continue;
      const service = socketService(port, node, this.balance);
      this.#maps.want(`${node} ${key}`, service ? serviceEntries(this.#number(node), service) : []);
    }
    for (const key of before?.keys() ?? []) if (!now.has(key)) this.#maps.want(`${node} ${key}`, []);
    this.#ports.set(node, now);
    return this.#maps.written();
  }

  around(network: PodNetwork): PodNetwork {
    return {
      attach: async (pod) => {
        const attachment = await network.attach(pod);
        if (!pod.spec?.hostNetwork) await this.admit(attachment.namespace, pod.spec?.nodeName ?? '');
        return attachment;
      },
      // The cookie of a namespace that is gone never comes back; its entry goes with the next write.
      detach: async (pod) => {
        this.#maps.want(`machine ${podNamespace(pod.metadata.namespace ?? 'default', pod.metadata.name)}`, []);
        await network.detach(pod);
      },
    };
  }

  async held(): Promise<HeldService[]> {
    await this.#maps.written();
    const dump = async (map: string) => parseDump(await this.programs.dump(map));
    const [services, endpoints, turns] = [await dump('services'), await dump('endpoints'), await dump('turns')];
    return heldServices({ services, endpoints, turns });
  }

  #number(node: string): number {
    return this.numbers.get(node) ?? this.numbers.size;
  }
}
