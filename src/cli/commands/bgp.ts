/**
 * `lab bgp`: who announces each address by BGP, why the others do not, and how the sessions are.
 */
import type { BgpReport } from '../../cluster/metallb/bgp-report.js';
import { ask, runningLab } from '../running.js';
import { tableText } from '../table.js';

export async function bgp(name: string, { output }: { output: 'text' | 'json' }): Promise<void> {
  const report = await ask<BgpReport>(runningLab(name), 'bgp');
  if (output === 'json') return void process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
  const parts = [routerLine(report), servicesTable(report), sessionsTable(report)].filter((text) => text !== '');
  process.stdout.write(`${parts.join('\n\n')}\n`);
}

function routerLine({ frr, router }: BgpReport): string {
  if (!frr) return 'BGP needs FRR, which this machine does not have: apt-get install frr';
  return router ? `router ${router.address} AS ${router.asn}` : 'no router; start one with: lab router up';
}

function servicesTable({ services }: BgpReport): string {
  if (services.length === 0) return 'No Service of type LoadBalancer, or neither BGPPeer nor BGPAdvertisement.';
  const rows = services.map(({ service, node, prefixes, announces, word, because }) => {
    return [service, node, prefixes.join(',') || '-', announces ? 'announces' : '-', word, because];
  });
  return tableText(['SERVICE', 'NODE', 'PREFIX', 'BGP', 'REASON', 'BECAUSE'], rows);
}

function sessionsTable({ sessions }: BgpReport): string {
  if (sessions.length === 0) return '';
  const rows = sessions.map(({ node, peer, address, asn, state, sent, bfd, because }) => {
    return [node, peer, address || '-', asn || '-', state, String(sent), bfd || '-', because || '-'];
  });
  return tableText(['NODE', 'PEER', 'ADDRESS', 'AS', 'STATE', 'SENT', 'BFD', 'BECAUSE'], rows);
}
