/** FRR's configuration, in MetalLB's shape. */
import test from 'ava';
import { bfddConfig, bgpdConfig } from '../../src/metallb/bgp/frr.js';
import { bfddCommands, bgpdCommands, canReload } from '../../src/metallb/bgp/reload.js';
import { goldenIn } from '../golden.js';
import { node, route, session } from './bgp-objects.js';

const matchesGolden = goldenIn('metallb');

test('bgpd: nothing to announce', (t) => {
  matchesGolden(t, bgpdConfig('k8s-node1', node(session())), 'conf');
});

test('bgpd: a preference, communities, a password and timers', (t) => {
  const routes = [
    route('10.99.0.0/32', { localPref: 300, communities: ['3333:4444', 'large:1111:2222:3333'] }),
    route('10.99.0.1/32', { communities: ['3333:4444'] }),
    route('10.99.0.2/32'),
  ];
  const settings = { timers: { keepalive: 3, hold: 9 }, password: 'secret', ebgpMultiHop: true, port: 1179 };
  const bfd = { name: 'fast' };
  const first = session({
    ...settings,
    bfd,
    sourceAddress: '192.168.56.101',
    gracefulRestart: true,
    localAsn: 65000,
    routes,
  });
  const second = session({ name: 'other', address: '192.168.56.253', asn: 'external', connectSeconds: 5, routes: [] });
  matchesGolden(t, bgpdConfig('k8s-node1', node(first, second)), 'conf');
});

test('bfdd: what a profile leaves out is left to FRR', (t) => {
  const all = { receiveInterval: 10, transmitInterval: 20, detectMultiplier: 5, minimumTtl: 250 };
  const profiles = [{ name: 'bare' }, { name: 'full', ...all, echoMode: true, echoInterval: 50, passiveMode: true }];
  matchesGolden(t, bfddConfig('k8s-node1', profiles), 'conf');
});

test('a Service that comes or goes is a few commands about its prefix', (t) => {
  const before = node(session({ routes: [route('10.99.0.0/32')] }));
  const after = node(session({ routes: [route('10.99.0.0/32'), route('10.99.0.1/32')] }));
  t.true(canReload(before, after));
  t.deepEqual(bgpdCommands(before, after), [
    'configure terminal',
    'router bgp 64501',
    'exit',
    'ip prefix-list 192.168.56.254-allowed-ipv4 seq 2 permit 10.99.0.1/32',
    'router bgp 64501',
    'address-family ipv4 unicast',
    'network 10.99.0.1/32',
    'end',
    'clear bgp ipv4 unicast * soft out',
  ]);
  t.deepEqual(bgpdCommands(after, after), []);
});

test('a peer that comes or goes leaves the others alone', (t) => {
  const other = session({ name: 'other', address: '192.168.56.253' });
  const commands = bgpdCommands(node(session()), node(session(), other));
  t.true(commands.includes('neighbor 192.168.56.253 remote-as 64500'));
  t.false(commands.some((line) => line.includes('192.168.56.254')));
  t.true(bgpdCommands(node(session(), other), node(session())).includes('no neighbor 192.168.56.253'));
});

test('a changed profile is made anew; the first one and another AS number need other daemons', (t) => {
  const profile = (receiveInterval: number) => session({ bfd: { name: 'fast', receiveInterval } });
  t.deepEqual(bfddCommands(node(profile(100)), node(profile(200))), [
    'configure terminal',
    'bfd',
    'no profile fast',
    'profile fast',
    'receive-interval 200',
    'exit',
    'end',
  ]);
  t.false(canReload(node(session()), node(profile(100))));
  t.false(canReload(node(session()), { ...node(session()), asn: 64502 }));
});
