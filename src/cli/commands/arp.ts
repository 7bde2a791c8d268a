/**
 * `lab arp`: who answers for each address, and why the others do not.
 */
import type { ArpReport } from '../../cluster/metallb/arp-report.js';
import { ask, runningLab } from '../running.js';
import { tableText } from '../table.js';

export async function arp(name: string, { output }: { output: 'text' | 'json' }): Promise<void> {
  const report = await ask<ArpReport>(runningLab(name), 'arp');
  if (output === 'json') return void process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
  const parts = [answersTable(report), neighboursTable(report)].filter((text) => text !== '');
  process.stdout.write(`${parts.join('\n\n')}\n`);
}

function answersTable({ answers }: ArpReport): string {
  if (answers.length === 0) return 'No Service of type LoadBalancer, or no speakers: see lab/metallb-native.yaml.';
  const rows = answers.map((line) => {
    const counters = [line.requestsReceived, line.responsesSent, line.gratuitousSent].map(String);
    const answer = line.answers ? 'answers' : '-';
    return [line.address, line.service, line.node, answer, line.word, ...counters, line.because];
  });
  const head = ['ADDRESS', 'SERVICE', 'NODE', 'ARP', 'REASON', 'ASKED', 'ANSWERED', 'GRATUITOUS', 'BECAUSE'];
  return tableText(head, rows);
}

function neighboursTable({ neighbours }: ArpReport): string {
  if (neighbours.length === 0) return 'The host knows no neighbour yet.';
  const rows = neighbours.map(({ address, mac, machine }) => [address, mac, machine]);
  return tableText(['NEIGHBOUR OF HOST', 'MAC', 'MACHINE'], rows);
}
