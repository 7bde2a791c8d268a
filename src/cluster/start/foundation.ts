/**
 * What all else of a lab stands on: what is wanted, and the machines it is wanted on.
 */
import { attachmentOf, hostNamespace, planMachines } from '../../fabric/machines.js';
import { frrouting } from '../../kernel/frr.js';
import type { IptablesVariant } from '../../kernel/iptables.js';
import { mountOwnProc } from '../../kernel/mounts.js';
import { leaveMachineNamespace } from '../../kernel/netns.js';
import { Wiring } from '../../node/wiring.js';
import type { World } from '../../world/contract.js';
import { refuseCloud, refuseOverlap } from '../attach.js';
import { chooseIptables } from '../choose-tools.js';
import { createDesiredState, type DesiredState } from '../desired.js';
import { requireFrr } from '../metallb/router.js';
import { requireSocketLB } from '../socket-lb.js';
import type { ApplyOutcome, StartRequest } from '../start-request.js';
import { readJournal } from '../state/journal.js';
import type { StateDirectory } from '../state/state-directory.js';

export interface Foundation {
  readonly request: StartRequest;
  readonly directory: StateDirectory;
  readonly world: World;
  readonly desired: DesiredState;
  readonly wiring: Wiring;
  readonly iptables: IptablesVariant;
}

/**
 * The cluster as its manifests want it, or as it was when the lab died.
 * @throws CommandFailure, StatusError when something is refused: so far nothing has been made
 */
export function readDesired(
  { settings, manifests, rootless }: StartRequest,
  { journal }: StateDirectory,
  world: World,
): { desired: DesiredState; outcome: ApplyOutcome[] } {
  const { config, cloud, proxyMode } = settings;
  const desired = createDesiredState({ world, config, cloud, proxyMode, snapshot: readJournal(journal)?.snapshot });
  const outcome = desired.apply(manifests);
  if (settings.attach) refuseOverlap(desired.config, rootless);
  if (settings.attach) refuseCloud(desired.config);
  if (settings.socketLB) requireSocketLB(rootless);
  if (desired.config.router) requireFrr("the cluster configuration's router", frrouting);
  return { desired, outcome };
}

/** Makes the machines and the LAN between them. @throws OperationError, CommandFailure */
export async function makeMachines(
  { name, settings, guest }: StartRequest,
  { config }: DesiredState,
): Promise<Pick<Foundation, 'wiring' | 'iptables'>> {
  const machine = leaveMachineNamespace();
  // A kernel of its own has no processes but the lab's.
  if (!guest) mountOwnProc();
  const wiring = new Wiring();
  if (settings.attach) wiring.namespaces.adopt({ name: hostNamespace, fd: machine.fd });
  await wiring.change(planMachines(config, settings.attach ? attachmentOf(name) : undefined));
  const iptables = await chooseIptables(wiring.namespaces.get(config.nodes[0]?.name ?? ''), settings.iptables);
  return { wiring, iptables };
}
