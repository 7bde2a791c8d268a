/**
 * CoreDNS' metrics, as far as they count queries. Source: CoreDNS `plugin/metrics/vars/vars.go`.
 * Differs: counters are those of all servers of the Deployment together.
 */
const families = {
  requests: 'coredns_dns_requests_total',
  responses: 'coredns_dns_responses_total',
} as const;

const help = {
  [families.requests]: 'Counter of DNS requests made per zone, protocol and family.',
  [families.responses]: 'Counter of response status codes.',
} as const;

/** Types with a label of their own; the rest is `other`. Source: `plugin/metrics/vars/monitor.go`. */
const monitored = new Set('A AAAA CNAME DNSKEY DS HTTPS MX NS NSEC NSEC3 PTR RRSIG SOA SRV TXT ANY'.split(' '));

export class Metrics {
  readonly #counts = new Map<string, number>();

  count(transport: string, type: string, rcode: string): void {
    const label = monitored.has(type) ? type : 'other';
    const from = `family="1",proto="${transport}",server="dns://:53"`;
    this.#add(`${families.requests}{${from},type="${label}",view="",zone="."}`);
    this.#add(`${families.responses}{plugin="kubernetes",rcode="${rcode}",server="dns://:53",view="",zone="."}`);
  }

  /** The Prometheus text format. */
  page(): string {
    const lines = Object.values(families).flatMap((family) => [
      `# HELP ${family} ${help[family]}`,
      `# TYPE ${family} counter`,
      ...[...this.#counts]
        .filter(([name]) => name.startsWith(family))
        .sort(([left], [right]) => (left < right ? -1 : 1))
        .map(([name, count]) => `${name} ${count}`),
    ]);
    return `${lines.join('\n')}\n`;
  }

  #add(name: string): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
  }
}
