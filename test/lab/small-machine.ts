/**
 * A machine of the test's own: network and mount namespaces with a few links, addresses and routes, in which a test is
 * root. `--attach` is only ever tried in one of these.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExecutionContext } from 'ava';
import { execa } from 'execa';
import { systemPath } from '../../src/kernel/process.js';
import { isRoot } from './ordinary-user.js';

export interface SmallMachine {
  /** What to put in front of a command to run it there. */
  enter: string[];
  /** Runs a command there; never throws. */
  run(...command: string[]): Promise<{ exitCode?: number | undefined; stdout: string; stderr: string }>;
  /** Links, addresses, routes, rules, both kinds of iptables and all network settings. */
  state(): Promise<string>;
}

const furnish = `
echo 0 > /proc/sys/net/ipv6/conf/default/accept_dad
ip link set lo up
ip link add eth0 type veth peer name wire
ip addr add 10.99.0.5/24 dev eth0
ip link set eth0 up && ip link set wire up
ip link add br0 type bridge
ip addr add 172.30.0.1/16 dev br0
ip link set br0 up
ip route add default via 10.99.0.1
ip route add 10.77.0.0/16 via 10.99.0.7
ip rule add from 10.99.0.9 table 77
iptables-legacy -t nat -A POSTROUTING -s 172.30.0.0/16 -j MASQUERADE`;

/** Counters go by themselves; the rest of /proc/sys/net is what a machine is set to. */
const observe = `
for object in link addr route rule; do ip -j $object; done
iptables-legacy-save; iptables-nft-save
grep -rs . /proc/sys/net | grep -v nf_conntrack_count | sort`;

/** It lasts until the test ends. */
export async function createSmallMachine(t: ExecutionContext): Promise<SmallMachine> {
  const user = isRoot ? [] : ['--user', '--map-root-user'];
  const holder = execa('unshare', [...user, '--net', '--mount', '--', 'sh', '-c', 'echo ready; exec cat'], {
    buffer: false,
    reject: false,
  });
  t.teardown(async () => {
    holder.stdin.end();
    await holder;
  });
  await new Promise((resolve) => holder.stdout.once('data', resolve));
  const enter = [
    'nsenter',
    `--target=${holder.pid}`,
    ...user.slice(0, 1),
    '--preserve-credentials',
    '--net',
    '--mount',
    `--wd=${process.cwd()}`,
  ];
  const locks = mkdtempSync(join(tmpdir(), 'kubewire-locks-'));
  t.teardown(() => rmSync(locks, { recursive: true, force: true }));
  const run = async (...command: string[]) => {
    const [file = '', ...args] = [...enter, '--', ...command];
    return execa(file, args, {
      env: { PATH: `${process.env.PATH}:${systemPath}`, XTABLES_LOCKFILE: join(locks, 'lock') },
      reject: false,
      stdin: 'ignore',
    });
  };
  const furnished = await run('sh', '-ec', furnish);
  t.is(furnished.exitCode, 0, furnished.stderr);
  const state = async () => (await run('sh', '-c', observe)).stdout.replace(/^#.*$/gm, '').replace(/\[\d+:\d+\]/g, '');
  return { enter: [...enter, '--'], run, state };
}
