/**
 * `lab dns log [-f]`: the questions that the cluster DNS was asked, and what it said. Watching it while a pod asks for
 * `www.example.com` shows the search path being walked.
 */
import type { NamedQuery } from '../../cluster/dns-queries.js';
import { pause } from '../../world/pause.js';
import { ask, type RunningLab, runningLab } from '../running.js';

export interface DnsLogOptions {
  follow?: boolean;
  output: 'text' | 'json';
}

/** How often a follower looks. */
const lookMs = 100;
const second = 1000;

export async function dnsLog(name: string, options: DnsLogOptions): Promise<void> {
  const lab = runningLab(name);
  let last = await print(lab, 0, options);
  while (options.follow) {
    await pause(lookMs);
    last = await print(lab, last, options);
  }
}

/** Prints what came after `last`; returns the new last. */
async function print(lab: RunningLab, last: number, { output }: DnsLogOptions): Promise<number> {
  const queries = await ask<NamedQuery[]>(lab, 'queries', { after: last });
  const line = output === 'json' ? JSON.stringify : queryLine;
  for (const query of queries) process.stdout.write(`${line(query)}\n`);
  return queries.at(-1)?.sequence ?? last;
}

/** `02:10:07 default/shell asks coredns-…-x2: web.default.svc.cluster.local. A  NOERROR 10.96.1.1`. */
export function queryLine({ time, asker, server, name, type, rcode, answers, protocol }: NamedQuery): string {
  const clock = new Date(Math.floor(time / second) * second).toISOString().slice(11, 19);
  const over = protocol === 'tcp' ? ' over TCP' : '';
  return `${clock} ${asker} -> ${server}${over}: ${name} ${type}  ${rcode} ${answers.join(' ') || '(nothing)'}`;
}
