/**
 * What a change of IPVS mode is done with: sysctls, the dummy link's addresses, sets, rules, virtual servers, in the
 * order that `proxy/ipvs/change.ts` asks for.
 *
 * Differs: after a failure everything of the mode is removed and made anew; kube-proxy compares with what is there.
 */
import { runTool, setSysctl } from '../kernel/ipvs.js';
import type { ProxyApplier } from '../node/kube-proxy.js';
import { type IpvsChange, ipvsadmArguments, type ServerOperation } from '../proxy/ipvs/change.js';
import { dummyDevice, type IpvsRuleSet } from '../proxy/ipvs/compile.js';
import { type Draining, drain, drainIntervalSeconds, parseConnections, settle } from '../proxy/ipvs/graceful.js';
import { type NodeTools, removeChains, restore } from './proxy-appliers.js';

export function ipvsApplier(tools: NodeTools): ProxyApplier<IpvsRuleSet, IpvsChange> {
  return new IpvsApplier(tools);
}

class IpvsApplier implements ProxyApplier<IpvsRuleSet, IpvsChange> {
  #draining: Draining = new Map();
  #removed = false;

  constructor(private readonly tools: NodeTools) {}

  async apply(change: IpvsChange, next: IpvsRuleSet): Promise<void> {
    // Only a change from nothing sets what is set once.
    if (change.sysctls.length > 0) await this.#begin(next);
    const { namespace } = this.tools;
    for (const { key, value } of change.sysctls) setSysctl(namespace, key, value);
    await this.#addresses('add', change.bind);
    if (change.sets !== '') await runTool(namespace, ['ipset', 'restore'], change.sets);
    await restore(this.tools, change.iptables);
    await this.#servers(settle(change.servers, parseConnections(await this.#listing()), this.#draining));
    await this.#addresses('del', change.unbind);
  }

  async remove(): Promise<void> {
    this.#removed = true;
    await this.#clear();
  }

  async #begin({ timeouts: { tcp, tcpFin, udp } }: IpvsRuleSet): Promise<void> {
    const { namespace } = this.tools;
    await this.#clear();
    await runTool(namespace, ['ip', 'link', 'add', dummyDevice, 'type', 'dummy']);
    if (tcp + tcpFin + udp > 0) await runTool(namespace, ['ipvsadm', '--set', `${tcp}`, `${tcpFin}`, `${udp}`]);
  }

  async #clear(): Promise<void> {
    const { namespace } = this.tools;
    this.#draining = new Map();
    await removeChains(this.tools);
    await runTool(namespace, ['ipvsadm', '-C']);
    const sets = (await runTool(namespace, ['ipset', 'list', '-n'])).split('\n').filter((name) => /^KUBE-/.test(name));
    for (const set of sets) await runTool(namespace, ['ipset', 'destroy', set]);
    const links = await runTool(namespace, ['ip', '-o', 'link', 'show', 'type', 'dummy']);
    if (links.includes(` ${dummyDevice}:`)) await runTool(namespace, ['ip', 'link', 'del', dummyDevice]);
  }

  async #addresses(verb: 'add' | 'del', addresses: readonly string[]): Promise<void> {
    if (addresses.length === 0) return;
    const lines = addresses.map((address) => `address ${verb} ${address}/32 dev ${dummyDevice}\n`);
    await runTool(this.tools.namespace, ['ip', '-batch', '-'], lines.join(''));
  }

  async #servers({ operations, draining }: { operations: readonly ServerOperation[]; draining: Draining }) {
    if (this.#draining.size === 0 && draining.size > 0) this.#lookLater();
    this.#draining = draining;
    if (operations.length === 0) return;
    const lines = operations.map((operation) => `${ipvsadmArguments(operation)}\n`);
    await runTool(this.tools.namespace, ['ipvsadm', '--restore'], lines.join(''));
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
    await this.#servers(step);
    if (this.#draining.size > 0) this.#lookLater();
  }
}
