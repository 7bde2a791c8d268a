/**
 * What a change of IPVS mode is done with: sysctls, the dummy link's addresses, sets, rules, virtual servers, in the
 * order that `proxy/ipvs/change.ts` asks for.
 *
 * Differs: after a failure everything of the mode is removed and made anew; kube-proxy compares with what is there.
 */
import { UPLINK_INDEX } from '../fabric/lan.js';
import { macOf } from '../fabric/naming.js';
import { createToolRunner, hasLink, runTool, setSysctl, type ToolStep } from '../kernel/ipvs.js';
import type { ProxyApplier } from '../node/kube-proxy.js';
import { type IpvsChange, ipvsadmArguments, type ServerOperation } from '../proxy/ipvs/change.js';
import { dummyDevice, type IpvsRuleSet } from '../proxy/ipvs/compile.js';
import {
  type CountConnections,
  type Draining,
  drain,
  drainIntervalSeconds,
  type GracefulStep,
  parseConnections,
  settle,
} from '../proxy/ipvs/graceful.js';
import { type NodeTools, removeChains, restore } from './proxy-appliers.js';

export function ipvsApplier(tools: NodeTools): ProxyApplier<IpvsRuleSet, IpvsChange> {
  return new IpvsApplier(tools);
}

/** Takes away every set of kube-proxy's; those in use by a rule of somebody else's stay, and are complained about. */
const destroySets = "ipset list -n | sed -n 's/^KUBE-/destroy &/p' | ipset restore";

class IpvsApplier implements ProxyApplier<IpvsRuleSet, IpvsChange> {
  readonly #run: (steps: readonly ToolStep[]) => Promise<void>;
  #draining: Draining = new Map();
  #removed = false;

  constructor(private readonly tools: NodeTools) {
    this.#run = createToolRunner(tools.namespace);
  }

  async apply(change: IpvsChange, next: IpvsRuleSet): Promise<void> {
    const { namespace } = this.tools;
    // Only a change from nothing sets what is set once.
    const isFirst = change.sysctls.length > 0;
    if (isFirst && hasLink(namespace, dummyDevice)) await this.#clear();
    for (const { key, value } of change.sysctls) setSysctl(namespace, key, value);
    const sets = change.sets === '' ? [] : [{ command: 'ipset restore', input: change.sets }];
    await this.#run([...(isFirst ? beginning(namespace.name, next) : []), ...addressStep('add', change.bind), ...sets]);
    await restore(this.tools, change.iptables);
    const step = settle(change.servers, await this.#connections(change.servers), this.#draining);
    await this.#run([...this.#serverStep(step), ...addressStep('del', change.unbind)]);
  }

  async remove(): Promise<void> {
    this.#removed = true;
    await this.#clear();
  }

  async #clear(): Promise<void> {
    this.#draining = new Map();
    await removeChains(this.tools);
    const link = hasLink(this.tools.namespace, dummyDevice) ? [{ command: `ip link del ${dummyDevice}` }] : [];
    await this.#run([{ command: 'ipvsadm -C' }, { command: destroySets }, ...link]);
  }

  #serverStep({ operations, draining }: GracefulStep): ToolStep[] {
    if (this.#draining.size === 0 && draining.size > 0) this.#lookLater();
    this.#draining = draining;
    if (operations.length === 0) return [];
    const lines = operations.map((operation) => `${ipvsadmArguments(operation)}\n`);
    return [{ command: 'ipvsadm --restore', input: lines.join('') }];
  }

  /** Nobody counts where nothing is retired. */
  async #connections(operations: readonly ServerOperation[]): Promise<CountConnections> {
    const isRetiring = operations.some(({ operation }) => operation === 'retireServer');
    return isRetiring ? parseConnections(await this.#listing()) : () => undefined;
  }

  #listing(): Promise<string> {
    return runTool(this.tools.namespace, ['ipvsadm', '-L', '-n']);
  }

  /** Draining servers go one after the other as their connections end. */
  #lookLater(): void {
    this.tools.clock.after(drainIntervalSeconds * 1000, () => {
      this.#look().catch((error: Error) => process.emitWarning(error));
    });
  }

  async #look(): Promise<void> {
    if (this.#removed || this.#draining.size === 0) return;
    const step = drain(this.#draining, parseConnections(await this.#listing()));
    await this.#run(this.#serverStep(step));
    if (this.#draining.size > 0) this.#lookLater();
  }
}

/** The kernel would draw lots for the link's address, and number it by what was there before. */
const DUMMY_INDEX = UPLINK_INDEX + 1;

function beginning(node: string, { timeouts: { tcp, tcpFin, udp } }: IpvsRuleSet): ToolStep[] {
  const address = macOf(`${node}/${dummyDevice}`);
  const link = { command: `ip link add name ${dummyDevice} index ${DUMMY_INDEX} address ${address} type dummy` };
  return tcp + tcpFin + udp > 0 ? [link, { command: `ipvsadm --set ${tcp} ${tcpFin} ${udp}` }] : [link];
}

function addressStep(verb: 'add' | 'del', addresses: readonly string[]): ToolStep[] {
  if (addresses.length === 0) return [];
  const lines = addresses.map((address) => `address ${verb} ${address}/32 dev ${dummyDevice}\n`);
  return [{ command: 'ip -batch -', input: lines.join('') }];
}
