/**
 * Tables of custom resources, from the printer columns that their CustomResourceDefinition declares.
 *
 * Source: apiextensions-apiserver `pkg/registry/customresource/tableconvertor/tableconvertor.go`; columns from
 * MetalLB v0.14 `config/crd/bases` and Gateway API v1.2 `config/crd/standard`.
 */
import type { KubeObject } from '../api/object.js';
import { since } from './duration.js';
import { findAll, parseJsonPath } from './json-path.js';
import { type Cell, type Column, column, nameColumn, nameOf, type Printer } from './printer.js';

/** One entry of `spec.versions[].additionalPrinterColumns`. */
export interface PrinterColumn {
  name: string;
  type: Column['type'];
  jsonPath: string;
  priority?: number;
}

function typedCell(type: Column['type'], value: unknown, now: number): Cell {
  switch (type) {
    case 'integer':
      return typeof value === 'number' ? Math.trunc(value) : null;
    case 'number':
      return typeof value === 'number' ? value : null;
    case 'boolean':
      return typeof value === 'boolean' ? value : null;
    case 'date':
      return typeof value === 'string' ? since(value, now) : null;
    default:
      // client-go prints maps and lists as JSON.
      return typeof value === 'string' ? value : JSON.stringify(value);
  }
}

/** A printer for the given columns: NAME first, then each; only a path's first value is shown, as upstream. */
export function customPrinter(declared: readonly PrinterColumn[]): Printer {
  const compiled = declared.map((one) => ({ type: one.type, steps: parseJsonPath(one.jsonPath) }));
  const columns = declared.map(({ name, type, priority = 0 }) => column(name, { type, priority }));
  return {
    columns: () => [nameColumn, ...columns],
    cells: (object: KubeObject, { now }) => [
      nameOf(object),
      ...compiled.map(({ type, steps }) => {
        const [value] = findAll(object, steps);
        return value === undefined ? null : typedCell(type, value, now);
      }),
    ],
  };
}

const text = (name: string, jsonPath: string, priority = 0): PrinterColumn => ({
  name,
  type: 'string',
  jsonPath,
  priority,
});
const flag = (name: string, jsonPath: string): PrinterColumn => ({ name, type: 'boolean', jsonPath });
const count = (name: string, jsonPath: string): PrinterColumn => ({ name, type: 'integer', jsonPath });
const ageOfResource: PrinterColumn = { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' };
const conditionColumn = (type: string): PrinterColumn => text(type, `.status.conditions[?(@.type=="${type}")].status`);

const advertised = [
  text('IPAddressPools', '.spec.ipAddressPools'),
  text('IPAddressPool Selectors', '.spec.ipAddressPoolSelectors'),
];
/** MetalLB gives this column priority 10: wide only. */
const nodeSelectors = text('Node Selectors', '.spec.nodeSelectors', 10);

/** Printer columns by `group/Kind`. */
export const customColumns: Readonly<Record<string, readonly PrinterColumn[]>> = {
  'metallb.io/IPAddressPool': [
    flag('Auto Assign', '.spec.autoAssign'),
    flag('Avoid Buggy IPs', '.spec.avoidBuggyIPs'),
    text('Addresses', '.spec.addresses'),
  ],
  'metallb.io/L2Advertisement': [...advertised, text('Interfaces', '.spec.interfaces'), nodeSelectors],
  'metallb.io/BGPAdvertisement': [...advertised, text('Peers', '.spec.peers'), nodeSelectors],
  'metallb.io/BGPPeer': [
    text('Address', '.spec.peerAddress'),
    text('ASN', '.spec.peerASN'),
    text('BFD Profile', '.spec.bfdProfile'),
    text('Multi Hops', '.spec.ebgpMultiHop'),
  ],
  'metallb.io/BFDProfile': [
    flag('Passive Mode', '.spec.passiveMode'),
    count('Transmit Interval', '.spec.transmitInterval'),
    count('Receive Interval', '.spec.receiveInterval'),
    count('Multiplier', '.spec.detectMultiplier'),
  ],
  'metallb.io/ServiceL2Status': [
    text('Allocated Node', '.status.node'),
    text('Service Name', '.status.serviceName'),
    text('Service Namespace', '.status.serviceNamespace'),
  ],
  'metallb.io/ServiceBGPStatus': [
    text('Node', '.status.node'),
    text('Service Name', '.status.serviceName'),
    text('Service Namespace', '.status.serviceNamespace'),
  ],
  'gateway.networking.k8s.io/GatewayClass': [
    text('Controller', '.spec.controllerName'),
    conditionColumn('Accepted'),
    ageOfResource,
    text('Description', '.spec.description', 1),
  ],
  'gateway.networking.k8s.io/Gateway': [
    text('Class', '.spec.gatewayClassName'),
    text('Address', '.status.addresses[*].value'),
    conditionColumn('Programmed'),
    ageOfResource,
  ],
  'gateway.networking.k8s.io/HTTPRoute': [text('Hostnames', '.spec.hostnames'), ageOfResource],
  'gateway.networking.k8s.io/GRPCRoute': [text('Hostnames', '.spec.hostnames'), ageOfResource],
};
