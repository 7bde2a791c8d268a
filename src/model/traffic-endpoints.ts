/**
 * EndpointSlices to endpoints of one service port, as kube-proxy's EndpointSliceCache groups them.
 *
 * A port of a slice belongs to the service port of equal name and protocol. The same address and port in two slices is
 * one endpoint.
 * Differs: of duplicate endpoints the lab keeps the first ready one in the order of slice names; kube-proxy 1.30 keeps
 * whichever its map yields first, unless one is local.
 */
import type { Endpoint, EndpointPort, EndpointSlice } from 'kubernetes-types/discovery/v1.js';
import { addressPort, canonicalIP } from './traffic-address.js';
import type { IPFamily, TrafficEndpoint } from './traffic-model.js';

const none: readonly string[] = [];

/** Fields newer than the typings: `forNodes` came with PreferSameNode in 1.33. */
interface Hints {
  forZones?: { name: string }[];
  forNodes?: { name: string }[];
}

function names(list: { name: string }[] | undefined): readonly string[] {
  return list === undefined || list.length === 0 ? none : list.map(({ name }) => name);
}

function trafficEndpoint(endpoint: Endpoint, port: number, family: IPFamily): TrafficEndpoint | undefined {
  const ip = canonicalIP(endpoint.addresses[0] ?? '', family);
  if (ip === undefined) return undefined;
  const { conditions, nodeName, hints } = endpoint;
  const { forZones, forNodes }: Hints = hints ?? {};
  return {
    ip,
    port,
    text: addressPort(ip, port),
    nodeName,
    ready: conditions?.ready ?? true,
    serving: conditions?.serving ?? true,
    terminating: conditions?.terminating ?? false,
    zoneHints: names(forZones),
    nodeHints: names(forNodes),
  };
}

function matches(port: EndpointPort, portName: string, protocol: string): boolean {
  return (port.name ?? '') === portName && (port.protocol ?? 'TCP') === protocol && (port.port ?? 0) !== 0;
}

/** Sorted and without repetition: of equals the first ready one, or else the first, is kept. */
function sortedOnce(found: readonly TrafficEndpoint[]): readonly TrafficEndpoint[] {
  const isSorted = found.every(
    (endpoint, index) => index === 0 || (found[index - 1] as TrafficEndpoint).text < endpoint.text,
  );
  if (isSorted) return found;
  const once = new Map<string, TrafficEndpoint>();
  for (const endpoint of found) {
    const known = once.get(endpoint.text);
    if (known === undefined || (endpoint.ready && !known.ready)) once.set(endpoint.text, endpoint);
  }
  return [...once.values()].sort((a, b) => (a.text < b.text ? -1 : 1));
}

/** All endpoints of a service port, usable or not, sorted as strings of `ip:port` (upstream `byEndpoint`). */
export function endpointsOf(
  slices: readonly EndpointSlice[],
  portName: string,
  protocol: string,
  family: IPFamily,
): readonly TrafficEndpoint[] {
  const found: TrafficEndpoint[] = [];
  for (const slice of slices) {
    for (const port of slice.ports ?? []) {
      if (!matches(port, portName, protocol)) continue;
      for (const entry of slice.endpoints) {
        const endpoint = trafficEndpoint(entry, port.port ?? 0, family);
        if (endpoint !== undefined) found.push(endpoint);
      }
    }
  }
  return sortedOnce(found);
}
