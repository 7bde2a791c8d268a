/**
 * `lab router`: a top-of-rack router beside the nodes, whose FRR takes BGP sessions from all of them.
 */
import { join } from 'node:path';
import { hostNamespace, planRouter, routerNamespace } from '../fabric/machines.js';
import type { RoutingDaemons, RoutingSuite } from '../kernel/frr.js';
import { runProcess } from '../kernel/process.js';
import { routerConfig } from '../metallb/bgp/router.js';
import { lastAddress } from '../model/address-block.js';
import type { ClusterConfig, RouterConfig } from '../model/cluster-config.js';
import type { Wiring } from '../node/wiring.js';
import { CommandFailure } from './failure.js';

export interface RouterParts {
  config: ClusterConfig;
  wiring: { namespaces: Pick<Wiring['namespaces'], 'get'>; change: Wiring['change'] };
  routing: RoutingSuite;
  /** Where machines' FRR have their files. */
  directory: string;
  attach: boolean;
  /** The router's namespace is about to go. */
  leaving(): Promise<void>;
}

export class LabRouter {
  #running: { frr: RoutingDaemons; state: RouterConfig } | undefined;

  constructor(private readonly parts: RouterParts) {}

  /** Its FRR, to be asked; undefined when there is no router. */
  get frr(): RoutingDaemons | undefined {
    return this.#running?.frr;
  }

  get state(): RouterConfig | undefined {
    return this.#running?.state;
  }

  /** @throws CommandFailure without FRR, or when it runs with another AS number; Error when FRR does not start: nothing is left then */
  async up(asn: number): Promise<RouterConfig> {
    const state = this.#running?.state;
    if (state?.asn === asn) return state;
    if (state)
      throw new CommandFailure('alreadyUp', `lab: the router is up with AS ${state.asn}; try: lab router down`);
    const { config, wiring, routing, directory, attach } = this.parts;
    requireFrr('the router', routing);
    const address = config.router?.address ?? lastAddress(config.lan.cidr);
    refuseTaken(config, address);
    await wiring.change([planRouter(config, address, attach)]);
    const frr = routing.create({
      namespace: wiring.namespaces.get(routerNamespace),
      directory: join(directory, routerNamespace),
      configs: routerConfig(routerNamespace, { asn, address }, config.lan.cidr),
      listens: true,
    });
    try {
      await frr.start();
    } catch (error) {
      await frr.kill();
      await this.#unwire(address);
      throw error;
    }
    this.#running = { frr, state: { asn, address } };
    return this.#running.state;
  }

  /** Does nothing when there is none. */
  async down(): Promise<void> {
    if (!this.#running) return;
    const { frr, state } = this.#running;
    this.#running = undefined;
    await frr.kill();
    await this.#unwire(state.address);
  }

  async #unwire(address: string): Promise<void> {
    const { config, wiring, attach, leaving } = this.parts;
    await leaving();
    if (!attach) await runProcess(wiring.namespaces.get(hostNamespace), ['ip', 'route', 'del', 'default']);
    await wiring.change([], [planRouter(config, address, attach).key]);
  }
}

/** @throws CommandFailure */
export function requireFrr(who: string, routing: RoutingSuite): void {
  if (routing.available()) return;
  throw new CommandFailure('missingTool', `lab: ${who} needs FRR, which is not here: apt-get install frr`);
}

/** @throws CommandFailure A file may give a node the address that the router would have. */
function refuseTaken({ nodes, lan }: ClusterConfig, address: string): void {
  const taken = [...nodes.map((node) => node.address), lan.hostAddress, lan.gateway].includes(address);
  if (!taken) return;
  const hint = 'give the router another in the cluster configuration: router: { asn: …, address: … }';
  throw new CommandFailure('refused', `lab: ${address}, the router's address, is taken; ${hint}`);
}
