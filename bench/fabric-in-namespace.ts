/**
 * Runs inside a network namespace of its own (bench/fabric.ts): makes a star of hosts with the lab's own runner and prints the
 * milliseconds, without the start of Node.js.
 */
import { type Operation, scheduleOperations } from '../src/fabric/operation.js';
import { Namespaces, runOperations } from '../src/kernel/operations.js';
import { timed } from './measure.js';
import { type StarHost, starHosts } from './star.js';

const SWITCH = 'switch';
const UPLINK_INDEX = 3;
const FIRST_PORT_INDEX = 10;

function hostOperations({ namespace, port, mac }: StarHost, position: number): Operation[] {
  const plug = { namespace: SWITCH, link: port, index: FIRST_PORT_INDEX + position };
  const uplink = { namespace, link: 'eth1', index: UPLINK_INDEX, mac };
  return [
    { op: 'namespace.create', namespace },
    { op: 'veth.create', a: { ...plug, mac: mac.replace(/^02/, '06') }, b: uplink },
    { op: 'link.up', ...plug, master: UPLINK_INDEX },
  ];
}

const bridge: Operation[] = [
  { op: 'namespace.create', namespace: SWITCH },
  { op: 'bridge.create', namespace: SWITCH, link: 'lan', index: UPLINK_INDEX, mac: '06:00:00:ff:ff:ff' },
  { op: 'link.up', namespace: SWITCH, link: 'lan', index: UPLINK_INDEX },
];

const hosts = starHosts(Number(process.argv[2]));
console.log(
  await timed(() => {
    const operations = scheduleOperations([...bridge, ...hosts.flatMap(hostOperations)]);
    return runOperations(new Namespaces(), operations);
  }),
);
process.exit(0);
