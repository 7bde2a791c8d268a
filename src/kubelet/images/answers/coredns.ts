/**
 * CoreDNS' small HTTP servers: health (8080), ready (8181), prometheus (9153). The DNS itself is src/dns.
 * Source: CoreDNS `plugin/health/health.go`, `plugin/ready/ready.go`.
 */
import { type Answerer, pathOf, text } from './contract.js';

const pages: Readonly<Record<string, string>> = { '8080/health': 'OK', '8181/ready': 'OK' };

/** The version that the bootstrap Deployment names. */
const banner = ['.:53', 'CoreDNS-1.11.1', 'linux/amd64, go1.20.7, ae2bbc2'];

export const coredns: Answerer = {
  http(request, { port }) {
    const page = pages[`${port}${pathOf(request)}`];
    return page === undefined ? text('404 page not found\n', 404) : text(page);
  },
  banner: ({ port }) => (port === 8181 ? banner : []),
};
