/**
 * The cloud in a running lab: keeps the provider's machine as its load balancers and their targets' health want it.
 */
import type { HealthTable, LoadBalancer, TargetHealth } from '../cloud/contract.js';
import { probeKey, unchecked, usedTargets } from '../cloud/health.js';
import { planBalancers } from '../cloud/plan.js';
import { type Names, namesOf, planProcess } from '../cloud/process-plan.js';
import { cloudRules } from '../cloud/rules.js';
import { createRestore, type IptablesVariant } from '../kernel/iptables.js';
import type { NetworkNamespace } from '../kernel/netns.js';
import type { CloudConfig, ClusterConfig } from '../model/cluster-config.js';
import { CloudProcess } from '../node/cloud/client.js';
import type { BalanceOptions } from '../proxy/contract.js';
import type { ChangeEvent, Registry } from '../registry/contract.js';
import type { Clock } from '../world/contract.js';

/** One target of one listener, as `lab cloud` shows it. */
export interface CloudTarget extends TargetHealth {
  listener: string;
  id: string;
  address: string;
  check: string;
  /** Whether connections go to it: all do when none is healthy, but for a classic load balancer. */
  used: boolean;
}

export interface CloudReport {
  provider: CloudConfig['provider'];
  healthChecks: CloudConfig['healthChecks'];
  balancers: (Omit<LoadBalancer, 'listeners'> & { targets: CloudTarget[] })[];
}

export interface CloudParts {
  cloud: CloudConfig;
  config: ClusterConfig;
  registry: Registry;
  namespace: NetworkNamespace;
  variant: IptablesVariant;
  balance: BalanceOptions;
  clock: Clock;
  /** Told of the names that the provider's name server answers. */
  tellNames(names: Names): void;
}

export class LabCloud {
  readonly #health = new Map<string, TargetHealth>();
  readonly #process: CloudProcess;
  readonly #restore: (input: string) => Promise<void>;
  #balancers: LoadBalancer[] = [];
  #rules = '';
  #writing: Promise<void> = Promise.resolve();
  #waiting = false;

  constructor(private readonly parts: CloudParts) {
    const { namespace, variant, clock, registry, config } = parts;
    this.#restore = createRestore(namespace, variant);
    this.#process = new CloudProcess({
      namespace,
      nameServer: config.lan.gateway,
      clock,
      hear: (key, health) => {
        this.#health.set(key, health);
        this.#changed();
      },
    });
    registry.watch(undefined, (event) => {
      if (concerns(event)) this.#changed();
    });
    this.#changed();
  }

  report(): CloudReport {
    const { provider, healthChecks } = this.parts.cloud;
    return { provider, healthChecks, balancers: this.#balancers.map((one) => described(one, this.#health)) };
  }

  /** All changes of one turn of the event loop become one. */
  #changed(): void {
    if (this.#waiting) return;
    this.#waiting = true;
    setImmediate(() => {
      this.#waiting = false;
      this.#update();
    });
  }

  #update(): void {
    const { cloud, registry, balance, config, tellNames } = this.parts;
    this.#balancers = planBalancers(cloud.provider, registry, balance.seed);
    this.#forgetOthers();
    this.#process.update(planProcess(this.#balancers, this.#health, cloud));
    tellNames(namesOf(this.#balancers));
    const rules = cloudRules({
      balancers: this.#balancers,
      health: this.#health,
      balance: balance.balance,
      inside: [config.lan.cidr, config.podCIDR],
      nodes: config.nodes.map(({ name }) => name),
    });
    if (rules === this.#rules) return;
    this.#rules = rules;
    this.#writing = this.#writing.then(() => this.#restore(rules)).catch((error) => this.#failed(rules, error));
  }

  #forgetOthers(): void {
    const known = new Set(this.#balancers.flatMap((one) => keysOf(one)));
    for (const key of this.#health.keys()) if (!known.has(key)) this.#health.delete(key);
  }

  /** The next change tries again. */
  #failed(rules: string, error: unknown): void {
    process.stderr.write(`cloud: ${error}\n`);
    if (this.#rules === rules) this.#rules = '';
  }
}

function keysOf(balancer: LoadBalancer): string[] {
  return balancer.listeners.flatMap(({ targets }) => targets.map((target) => probeKey(balancer, target)));
}

const kinds: ReadonlySet<string> = new Set(['/Service', '/Node', 'discovery.k8s.io/EndpointSlice']);

function concerns({ key }: ChangeEvent): boolean {
  return kinds.has(`${key.group}/${key.kind}`);
}

function described(balancer: LoadBalancer, health: HealthTable): CloudReport['balancers'][number] {
  const { listeners, ...rest } = balancer;
  const targets = listeners.flatMap((listener) => {
    const used = new Set(usedTargets(balancer, listener, health));
    return listener.targets.map((target) => ({
      listener: `${listener.protocol}/${listener.port}`,
      id: target.id,
      address: `${target.address}:${target.port}`,
      check: `${balancer.check.protocol}:${target.checkPort}${balancer.check.path}`,
      used: used.has(target),
      ...(health.get(probeKey(balancer, target)) ?? unchecked),
    }));
  });
  return { ...rest, targets };
}
