/**
 * `lab router`: a top-of-rack router beside the nodes, whose FRR takes BGP sessions from all of them.
 */
import { join } from 'node:path';
import { hostNamespace, planRouter, routerAddress, routerNamespace } from '../fabric/machines.js';
import { Frr, hasFrr } from '../kernel/frr.js';
import { runProcess } from '../kernel/process.js';
import { routerConfig } from '../metallb/bgp/frr.js';
import type { ClusterConfig } from '../model/cluster-config.js';
import type { Wiring } from '../node/wiring.js';
import { CommandFailure } from './failure.js';

export interface RouterParts {
  config: ClusterConfig;
  wiring: Wiring;
  /** Where machines' FRR have their files. */
  directory: string;
  attach: boolean;
}

export interface RouterState {
  address: string;
  asn: number;
}

export class LabRouter {
  #running: { frr: Frr; state: RouterState } | undefined;

  constructor(private readonly parts: RouterParts) {}

  /** @throws CommandFailure without FRR, or when it runs with another AS number */
  async up(asn: number): Promise<RouterState> {
    if (this.#running?.state.asn === asn) return this.#running.state;
    if (this.#running)
      throw new CommandFailure('alreadyUp', `lab: the router is up with AS ${this.#running.state.asn}`);
    if (!hasFrr()) throw new CommandFailure('missingTool', 'lab: the router needs FRR: apt-get install frr');
    const { config, wiring, directory, attach } = this.parts;
    await wiring.change([planRouter(config, attach)]);
    const address = routerAddress(config);
    const configs = {
      zebra: `hostname ${routerNamespace}\n`,
      ...routerConfig(routerNamespace, asn, address, config.lan.cidr),
    };
    const namespace = wiring.namespaces.get(routerNamespace);
    const frr = new Frr({ namespace, directory: join(directory, routerNamespace), configs });
    await frr.start();
    this.#running = { frr, state: { address, asn } };
    return this.#running.state;
  }

  /** Does nothing when there is none. */
  async down(): Promise<void> {
    const { wiring, attach } = this.parts;
    if (!this.#running) return;
    await this.#running.frr.kill();
    this.#running = undefined;
    if (!attach) await runProcess(wiring.namespaces.get(hostNamespace), ['ip', 'route', 'del', 'default']);
    await wiring.change([], [planRouter(this.parts.config, attach).key]);
  }
}
