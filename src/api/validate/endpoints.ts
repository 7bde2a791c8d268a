/**
 * Endpoints and EndpointSlices.
 *
 * Source: `validateEndpointSubsets` of `pkg/apis/core/validation`, `pkg/apis/discovery/validation/validation.go`,
 * Kubernetes 1.30.
 */
import type { EndpointAddress, EndpointPort, EndpointSubset, Endpoints } from 'kubernetes-types/core/v1.js';
import type { Endpoint, EndpointSlice, EndpointPort as SlicePort } from 'kubernetes-types/discovery/v1.js';
import { duplicate, type FieldError, invalid, invalidEach, notSupported, required, tooMany } from '../field-error.js';
import { dns1123Label, dns1123Subdomain, labelValueFormat, portNumber, qualifiedNameFormat } from '../names.js';
import { immutable, isIPv6, nonSpecialIP, oneOf, parseAddress, protocols, validIP } from './values.js';

export function validateEndpoints({ subsets = [] }: Endpoints): FieldError[] {
  return subsets.flatMap((subset, i) => subsetErrors(`subsets[${i}]`, subset));
}

function subsetErrors(
  field: string,
  { addresses = [], notReadyAddresses = [], ports = [] }: EndpointSubset,
): FieldError[] {
  const empty = addresses.length + notReadyAddresses.length === 0;
  return [
    ...(empty ? [required(field, 'must specify `addresses` or `notReadyAddresses`')] : []),
    ...addresses.flatMap((address, i) => addressErrors(`${field}.addresses[${i}]`, address)),
    ...notReadyAddresses.flatMap((address, i) => addressErrors(`${field}.notReadyAddresses[${i}]`, address)),
    ...ports.flatMap((port, i) => portErrors(`${field}.ports[${i}]`, port, ports.length > 1)),
  ];
}

function addressErrors(field: string, { ip = '', hostname, nodeName }: EndpointAddress): FieldError[] {
  return [
    ...validIP(`${field}.ip`, ip),
    ...(hostname ? invalidEach(`${field}.hostname`, hostname, dns1123Label(hostname)) : []),
    ...(nodeName === undefined ? [] : invalidEach(`${field}.nodeName`, nodeName, dns1123Subdomain(nodeName))),
    ...nonSpecialIP(`${field}.ip`, ip),
  ];
}

function portErrors(field: string, port: EndpointPort, nameRequired: boolean): FieldError[] {
  const { name, appProtocol } = port;
  const number = port.port ?? 0;
  return [
    ...(!name && nameRequired ? [required(`${field}.name`)] : []),
    ...(name ? invalidEach(`${field}.name`, name, dns1123Label(name)) : []),
    ...invalidEach(`${field}.port`, number, portNumber(number)),
    ...oneOf(`${field}.protocol`, port.protocol, protocols),
    ...(appProtocol === undefined
      ? []
      : invalidEach(`${field}.appProtocol`, appProtocol, qualifiedNameFormat(appProtocol))),
  ];
}

/** Upstream's `maxEndpoints`, `maxAddresses`, `maxPorts`, `maxZoneHints`. */
const limits = { endpoints: 1000, addresses: 100, ports: 20000, zones: 8 };

export function validateEndpointSlice(slice: EndpointSlice): FieldError[] {
  const { addressType, endpoints = [], ports = [] } = slice;
  return [
    ...oneOf('addressType', addressType, ['FQDN', 'IPv4', 'IPv6']),
    ...(endpoints.length > limits.endpoints
      ? [tooMany('endpoints', endpoints.length, limits.endpoints)]
      : endpoints.flatMap((endpoint, i) => endpointErrors(`endpoints[${i}]`, endpoint, addressType))),
    ...(ports.length > limits.ports
      ? [tooMany('ports', ports.length, limits.ports)]
      : ports.flatMap((port, i) => slicePortErrors(`ports[${i}]`, port, ports.slice(0, i)))),
  ];
}

export function validateEndpointSliceUpdate(next: EndpointSlice, previous: EndpointSlice): FieldError[] {
  return immutable('addressType', next.addressType, previous.addressType);
}

function endpointErrors(field: string, endpoint: Endpoint, type: string): FieldError[] {
  const { addresses = [], nodeName, hostname } = endpoint;
  return [
    ...(addresses.length === 0 ? [required(`${field}.addresses`, 'must contain at least 1 address')] : []),
    ...(addresses.length > limits.addresses ? [tooMany(`${field}.addresses`, addresses.length, limits.addresses)] : []),
    ...addresses.flatMap((address, i) => typedAddressErrors(`${field}.addresses[${i}]`, address, type)),
    ...(nodeName === undefined ? [] : invalidEach(`${field}.nodeName`, nodeName, dns1123Subdomain(nodeName))),
    ...(hostname === undefined ? [] : invalidEach(`${field}.hostname`, hostname, dns1123Label(hostname))),
    ...zoneErrors(`${field}.hints.forZones`, endpoint.hints?.forZones ?? []),
  ];
}

function typedAddressErrors(field: string, address: string, type: string): FieldError[] {
  if (type === 'FQDN') return domainErrors(field, address);
  if (type !== 'IPv4' && type !== 'IPv6') return [];
  const fits = parseAddress(address) !== undefined && isIPv6(address) === (type === 'IPv6');
  return [
    ...(fits ? [] : [invalid(field, address, `must be a valid ${type} address`)]),
    ...nonSpecialIP(field, address),
  ];
}

function domainErrors(field: string, text: string): FieldError[] {
  if (text === '') return [required(field)];
  const name = text.replace(/\.$/, '');
  const messages = dns1123Subdomain(name);
  if (messages.length > 0) return [invalid(field, name, messages.join(','))];
  if (name.includes('.')) return [];
  return [invalid(field, name, 'should be a domain with at least two segments separated by dots')];
}

function zoneErrors(field: string, zones: readonly { name: string }[]): FieldError[] {
  if (zones.length > limits.zones) return [tooMany(field, zones.length, limits.zones)];
  return zones.flatMap(({ name }, i) => [
    ...(zones.slice(0, i).some((other) => other.name === name) ? [duplicate(`${field}[${i}].name`, name)] : []),
    ...invalidEach(`${field}[${i}].name`, name, labelValueFormat(name)),
  ]);
}

function slicePortErrors(field: string, port: SlicePort, earlier: readonly SlicePort[]): FieldError[] {
  const { name = '', protocol = '', appProtocol } = port;
  return [
    ...(name === '' ? [] : invalidEach(`${field}.name`, name, dns1123Label(name))),
    ...(earlier.some((other) => (other.name ?? '') === name) ? [duplicate(`${field}.name`, name)] : []),
    ...(protocols.includes(protocol) ? [] : [notSupported(`${field}.protocol`, protocol, protocols)]),
    ...(appProtocol === undefined
      ? []
      : invalidEach(`${field}.appProtocol`, appProtocol, qualifiedNameFormat(appProtocol))),
  ];
}
