/**
 * `lab router up|down`: a router that speaks BGP, for MetalLB's BGP mode.
 */
import { maxAsn, parseAsn } from '../../api/cluster/asn.js';
import { CommandFailure } from '../../cluster/failure.js';
import type { RouterConfig } from '../../model/cluster-config.js';
import { ask, runningLab } from '../running.js';

/** Private AS numbers: RFC 6996. */
const DEFAULT_ASN = '64500';

export async function router(name: string, action: string, { asn = DEFAULT_ASN }: { asn?: string }): Promise<void> {
  const lab = runningLab(name);
  if (action === 'down') {
    await ask(lab, 'router-down');
    return void process.stdout.write('router down\n');
  }
  if (action !== 'up') throw new CommandFailure('usage', `lab: a router does not ${action}; try: lab router up|down`);
  const number = parseAsn(asn);
  if (number === undefined) {
    throw new CommandFailure('usage', `lab: --asn ${asn}: an AS number is a whole number from 1 to ${maxAsn}`);
  }
  const state = await ask<RouterConfig>(lab, 'router-up', { asn: number });
  process.stdout.write(
    `router ${state.address} AS ${state.asn}: a BGPPeer has peerAddress ${state.address}, peerASN ${state.asn}, and a myASN of its own\n`,
  );
}
