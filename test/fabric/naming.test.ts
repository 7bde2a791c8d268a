import test from 'ava';
import { caliName, macOf } from '../../src/fabric/naming.js';

test('the node’s end of a pod link has Calico’s name: cali and 11 digits of sha1(namespace.pod)', (t) => {
  // Published by projectcalico for the pod default/nginx.
  t.is(caliName('default', 'nginx'), 'calic440f455693');
});

test('MACs are locally administered unicast addresses, and the same whenever they are asked for', (t) => {
  const mac = macOf('k8s-node1/eth1');
  t.regex(mac, /^02(:[0-9a-f]{2}){5}$/);
  t.is(macOf('k8s-node1/eth1'), mac);
  t.not(macOf('k8s-node2/eth1'), mac);
});
