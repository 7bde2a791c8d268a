/**
 * What a change of IPVS mode is done with: sysctls, the dummy link's addresses, sets, rules, virtual servers, in the
 * order that `proxy/ipvs/change.ts` asks for.
 */
import { macOf } from '../../fabric/naming.js';
import { saveRules } from '../../kernel/iptables.js';
import { createToolRunner, hasLink, runTool, type ToolRunner, type ToolStep } from '../../kernel/ipvs.js';
import { setSysctl } from '../../kernel/sysctl.js';
import { type IpvsChange, ipvsadmArguments, isIntact, type ServerOperation } from '../../proxy/ipvs/change.js';
import { dummyDevice, type IpvsRuleSet } from '../../proxy/ipvs/compile.js';
import {
  type CountConnections,
  countedServices,
  type Draining,
  drain,
  drainIntervalSeconds,
  type GracefulStep,
  parseConnections,
  settle,
} from '../../proxy/ipvs/graceful.js';
import type { ObservedTexts } from '../../proxy/ipvs/observed.js';
import { createTurns } from '../in-turn.js';
import { type NodeTools, removeChains, restore } from './appliers.js';
import type { ProxyApplier } from './kube-proxy.js';

export function ipvsApplier(tools: NodeTools): ProxyApplier<IpvsRuleSet, IpvsChange> {
  return new IpvsApplier(tools);
}

/** Takes away every set of kube-proxy's, one by one when that fails: those that a rule of somebody else's uses stay. */
const destroySets = `sets() { ipset list -n | grep '^KUBE-'; }
sets | sed 's/^/destroy /' | ipset restore || for set in $(sets); do ipset destroy "$set" || :; done`;

/** Of more virtual servers than this, one listing of all is quicker than one of each. */
const FEW = 16;

class IpvsApplier implements ProxyApplier<IpvsRuleSet, IpvsChange> {
  readonly #shell: ToolRunner;
  readonly #inTurn = createTurns();
  #draining: Draining = new Map();
  #looksLater = false;
  #ended = false;

  constructor(private readonly tools: NodeTools) {
    this.#shell = createToolRunner(tools.namespace);
  }

  apply(change: IpvsChange): Promise<void> {
    return this.#inTurn(() => this.#apply(change));
  }

  async #apply({ sysctls, timeouts, makeLink, bind, unbind, sets, iptables, servers }: IpvsChange): Promise<void> {
    const { namespace } = this.tools;
    for (const { key, value } of sysctls) setSysctl(namespace, key.replaceAll('.', '/'), value);
    await this.#shell.run([
      ...(makeLink ? [linkStep(namespace.name)] : []),
      ...(timeouts === undefined ? [] : [{ command: `ipvsadm ${timeouts}` }]),
      ...addressStep('add', bind),
      ...(sets === '' ? [] : [{ command: 'ipset restore', input: sets }]),
    ]);
    await restore(this.tools, iptables);
    try {
      const step = settle(servers, await this.#connections(servers), this.#draining);
      await this.#shell.run([...this.#serverStep(step), ...addressStep('del', unbind)]);
    } catch (error) {
      // Who drains is found out anew, from what is there.
      this.#draining = new Map();
      throw error;
    }
  }

  /** As data of `proxy/ipvs/observed.ts`. */
  async observe(): Promise<string> {
    const { namespace, variant } = this.tools;
    const ofLink = ['ip', '-o', 'address', 'show', 'dev', dummyDevice] as const;
    const texts: ObservedTexts = {
      addresses: hasLink(namespace, dummyDevice) ? await runTool(namespace, ofLink) : undefined,
      sets: await runTool(namespace, ['ipset', 'save']),
      servers: await runTool(namespace, ['ipvsadm', '--save', '-n']),
      rules: await saveRules(namespace, variant),
    };
    return JSON.stringify(texts);
  }

  async isLost(installed: IpvsRuleSet): Promise<boolean> {
    return !isIntact(await this.observe(), installed);
  }

  /** Everything stays. What drains is found again by whoever comes next. */
  stop(): void {
    this.#ended = true;
    this.#shell.end();
  }

  remove(): Promise<void> {
    return this.#inTurn(async () => {
      await removeChains(this.tools);
      const link = hasLink(this.tools.namespace, dummyDevice) ? [{ command: `ip link del ${dummyDevice}` }] : [];
      await this.#shell.run([{ command: 'ipvsadm -C' }, ...link, { command: destroySets }]);
      this.stop();
    });
  }

  #serverStep({ operations, draining }: GracefulStep): ToolStep[] {
    this.#draining = draining;
    if (draining.size > 0) this.#lookLater();
    if (operations.length === 0) return [];
    const lines = operations.map((operation) => `${ipvsadmArguments(operation)}\n`);
    return [{ command: 'ipvsadm --restore', input: lines.join('') }];
  }

  /** Nobody counts where nothing is retired, and then only what is asked for. */
  async #connections(operations: readonly ServerOperation[]): Promise<CountConnections> {
    const services = countedServices(operations);
    if (services.length === 0) return () => undefined;
    return parseConnections(await this.#listing(services.length > FEW ? [''] : services));
  }

  /** A virtual server that somebody took away has no connections. */
  #listing(services: readonly string[]): Promise<string> {
    const script = services.map((service) => `ipvsadm -L -n ${service} 2>/dev/null; `).join('');
    return runTool(this.tools.namespace, ['sh', '-c', `${script}true`]);
  }

  /** Draining servers go one after the other as their connections end. */
  #lookLater(): void {
    if (this.#looksLater) return;
    this.#looksLater = true;
    this.tools.clock.after(drainIntervalSeconds * 1000, () => {
      this.#looksLater = false;
      this.#inTurn(() => this.#look()).catch((error: Error) => process.emitWarning(error));
    });
  }

  async #look(): Promise<void> {
    if (this.#ended || this.#draining.size === 0) return;
    try {
      const connections = parseConnections(await this.#listing(['']));
      // A shell that was ended meanwhile would be started again.
      if (!this.#ended) await this.#shell.run(this.#serverStep(drain(this.#draining, connections)));
    } finally {
      if (!this.#ended && this.#draining.size > 0) this.#lookLater();
    }
  }
}

/** The kernel would draw lots for the link's address. */
function linkStep(node: string): ToolStep {
  const address = macOf(`${node}/${dummyDevice}`);
  return { command: `ip link add name ${dummyDevice} address ${address} type dummy` };
}

function addressStep(verb: 'add' | 'del', addresses: readonly string[]): ToolStep[] {
  if (addresses.length === 0) return [];
  const lines = addresses.map((address) => `address ${verb} ${address}/32 dev ${dummyDevice}\n`);
  return [{ command: 'ip -batch -', input: lines.join('') }];
}
