/** The canonical forms of `scripts/compare-kube-proxy`: what two equal nodes share, and what is left out as no two do. */
import test from 'ava';
import { importScript } from './tree.js';

interface Modes {
  MODES: Record<string, { read(run: (command: string[]) => Promise<string>, save: string[]): Promise<string> }>;
  canonicalChains(saved: string, unordered: RegExp): string;
  canonicalPortals(saved: string): string;
  canonicalTable(json: string): string;
}

const { MODES, canonicalChains, canonicalPortals, canonicalTable } = await importScript<Modes>('compare/modes.mjs');

const saved = (services: string[]) => `*nat
:PREROUTING ACCEPT [5:300]
:KUBE-SERVICES - [0:0]
:KUBE-SVC-A - [0:0]
:cali-PREROUTING - [0:0]
-A PREROUTING -j cali-PREROUTING
-A PREROUTING -j KUBE-SERVICES
${services.map((rule) => `-A KUBE-SERVICES ${rule}`).join('\n')}
-A KUBE-SVC-A -j KUBE-SEP-B
-A KUBE-SVC-A -j KUBE-SEP-C
COMMIT
`;

test('iptables: kube-proxy’s chains and the jumps to them; order counts except where all Services are', (t) => {
  const canonical = (rules: string[]) => canonicalChains(saved(rules), /^KUBE-SERVICES$/);
  t.is(canonical(['-d 10.0.0.1/32', '-d 10.0.0.2/32']), canonical(['-d 10.0.0.2/32', '-d 10.0.0.1/32']));
  t.notRegex(canonical([]), /cali-/);
  t.regex(canonical([]), /^-A PREROUTING -j KUBE-SERVICES$/m);
  const other = saved([])
    .replace('KUBE-SEP-B', 'KUBE-SEP-X')
    .replace('KUBE-SEP-C', 'KUBE-SEP-B')
    .replace('SEP-X', 'SEP-C');
  t.not(canonicalChains(other, /^KUBE-SERVICES$/), canonical([]), 'the order of a Service’s endpoints');
});

test('nftables: chains that are out of use do not count, whichever side still has them', (t) => {
  const chain = (name: string, handle: number) => ({ chain: { family: 'ip', table: 'kube-proxy', name, handle } });
  const rule = (of: string, expr: string) => ({
    rule: { family: 'ip', table: 'kube-proxy', chain: of, handle: 9, expr },
  });
  const used = [chain('service-A', 3), rule('service-A', 'numgen')];
  const text = (...more: object[]) => canonicalTable(JSON.stringify({ nftables: [...used, ...more] }));
  t.is(text(chain('endpoint-B', 4), chain('external-C', 5)), text());
  t.not(text(chain('services', 4)), text(), 'a chain of every node is never out of use');
  t.not(text(rule('service-A', 'other')), text());
  t.is(canonicalTable(''), '');
});

test('ipvs: every table of a node is read, each in its own form', async (t) => {
  const printed: Record<string, string> = {
    ipset: 'create KUBE-CLUSTER-IP hash:ip,port family inet hashsize 1024 maxelem 65536 bucketsize 12 initval 0x1\n',
    'ipvsadm-save': '-A -t 10.0.0.1:80 -s rr\n-a -t 10.0.0.1:80 -r 10.1.0.1:80 -m -w 1\n',
    'iptables-save': saved([]),
    sh: '',
  };
  const asked: string[] = [];
  const text = await MODES.ipvs?.read(
    async (command) => {
      asked.push(command.join(' '));
      return printed[command[0] ?? ''] ?? '';
    },
    ['iptables-save'],
  );
  t.deepEqual(text?.match(/^# \w+$/gm), ['# sysctl', '# addresses', '# ipset', '# iptables', '# ipvsadm']);
  t.regex(text ?? '', /^-t 10\.0\.0\.1:80 -r 10\.1\.0\.1:80 -m -w 1$/m);
  t.notRegex(text ?? '', /initval/);
  t.true(asked.some((command) => command.includes('kube-ipvs0')));
});

test('userspace: a local port counts as that of its service port, and rules have no order', (t) => {
  const portals = (first: number, second: number, order: number[]) => {
    const rules = [
      `-A KUBE-PORTALS-HOST -d 10.0.0.1/32 -p tcp -m comment --comment "default/a:http" -m tcp --dport 80 -j DNAT --to-destination 192.168.56.101:${first}`,
      `-A KUBE-PORTALS-HOST -d 10.0.0.2/32 -p tcp -m comment --comment "default/b" -m tcp --dport 80 -j DNAT --to-destination 192.168.56.101:${second}`,
    ];
    return canonicalPortals(`*nat\n${order.map((index) => rules[index]).join('\n')}\nCOMMIT\n`);
  };
  t.is(portals(10001, 10002, [0, 1]), portals(33333, 44444, [1, 0]));
  t.regex(portals(1, 2, [0]), /--dport 80 -j DNAT --to-destination 192\.168\.56\.101:<default\/a:http>$/m);
  t.not(portals(1, 2, [0]), portals(1, 2, [1]));
});

test('every mode can be compared', (t) => {
  t.deepEqual(Object.keys(MODES), ['iptables', 'nftables', 'ipvs', 'userspace']);
});
