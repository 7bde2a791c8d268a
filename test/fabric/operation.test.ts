import test from 'ava';
import {
  differenceOf,
  namespaceOf,
  type Operation,
  operationsOf,
  type Piece,
  scheduleOperations,
} from '../../src/fabric/operation.js';
import { planPod } from '../../src/fabric/pods.js';

const pod = (name: string, address: string): Piece => planPod({ namespace: 'default', name, node: 'n1', address });

const keyed = (...pieces: Piece[]) => new Map(pieces.map((piece) => [piece.key, piece]));

test('what is there already needs nothing', (t) => {
  const web = pod('web', '10.0.0.5');
  t.deepEqual(operationsOf(differenceOf(keyed(web), [pod('web', '10.0.0.5')])), []);
});

test('a piece that changed is taken away before it is made again', (t) => {
  const operations = operationsOf(differenceOf(keyed(pod('web', '10.0.0.5')), [pod('web', '10.0.0.6')])).map(
    ({ op }) => op,
  );
  t.true(operations.lastIndexOf('namespace.delete') < operations.indexOf('namespace.create'));
});

test('a piece that is no longer wanted gives its link back before its namespace', (t) => {
  t.deepEqual(
    operationsOf(differenceOf(keyed(pod('web', '10.0.0.5')), [])).map(({ op }) => op),
    ['link.delete', 'namespace.delete'],
  );
});

test('links exist before they are set up, and settings of a link come between', (t) => {
  const order = scheduleOperations([...pod('b', '10.0.0.6').make, ...pod('a', '10.0.0.5').make]);
  const firstUp = order.findIndex(({ op }) => op === 'link.up');
  const lastVeth = order.findLastIndex(({ op }) => op === 'veth.create');
  const ofLink = order.findIndex((one) => one.op === 'sysctl.set' && one.key.includes('cali'));
  t.true(lastVeth < ofLink && ofLink < firstUp);
});

test('work in one namespace lies together, so that it travels as one batch', (t) => {
  const order = scheduleOperations([...pod('b', '10.0.0.6').make, ...pod('a', '10.0.0.5').make]);
  const configuring = order.filter(({ op }) => op === 'link.up' || op === 'route.add').map(namespaceOf);
  const changes = configuring.filter((name, position) => name !== configuring[position - 1]);
  t.is(new Set(changes).size, changes.length, changes.join(' '));
});

test('operations of one namespace keep their order: routes need their link up', (t) => {
  const order = scheduleOperations(pod('a', '10.0.0.5').make);
  const inPod = order.filter((one: Operation) => namespaceOf(one) === 'pod/default/a').map(({ op }) => op);
  t.deepEqual(inPod.slice(-6), ['link.up', 'link.up', 'address.add', 'neighbour.add', 'route.add', 'route.add']);
});
