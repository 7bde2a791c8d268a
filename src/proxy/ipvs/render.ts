/**
 * IPVS state as the input of the tools that install it, and all of it together for people.
 */
import type { EnsureOperation } from '../xtables/ensure.js';
import { renderRewrite } from '../xtables/rewrite.js';
import { dummyDevice, type IpvsRuleSet } from './compile.js';
import type { IpvsTimeouts } from './options.js';
import { filterChains, ipvsJumps, natChains } from './rules.js';
import { renderSets } from './sets.js';
import { renderVirtualServers } from './virtual-server.js';

/** `iptables-restore --noflush` input: kube-proxy rewrites all its chains on each sync. */
export function renderIpvsRestore(ruleSet: IpvsRuleSet, ensure: readonly EnsureOperation[] = []): string {
  return renderRewrite({ nat: natChains, filter: filterChains }, ruleSet, ensure);
}

/** Arguments of `ipvsadm`, or undefined when the kernel's timeouts stay. */
export function timeoutArguments({ tcp, tcpFin, udp }: IpvsTimeouts): string | undefined {
  return tcp + tcpFin + udp === 0 ? undefined : `--set ${tcp} ${tcpFin} ${udp}`;
}

function section(title: string, text: string): string {
  return text === '' ? '' : `# ${title}\n${text}`;
}

/** Everything, each part in the words of its tool: what `lab compile` prints. */
export function renderIpvs(ruleSet: IpvsRuleSet): string {
  const { sysctls, addresses, sets, virtualServers, timeouts, family } = ruleSet;
  const width = family === 'IPv4' ? 32 : 128;
  const bound = addresses.map((address) => `address add ${address}/${width} dev ${dummyDevice}\n`);
  const set = timeoutArguments(timeouts);
  return [
    section('sysctl', sysctls.map(({ key, value }) => `${key} = ${value}\n`).join('')),
    section('ip -batch', `link add ${dummyDevice} type dummy\n${bound.join('')}`),
    section('ipset restore', renderSets(sets)),
    section('iptables-restore --noflush', renderIpvsRestore(ruleSet, ipvsJumps)),
    section('ipvsadm', set === undefined ? '' : `${set}\n`),
    section('ipvsadm --restore', renderVirtualServers(virtualServers)),
  ].join('\n');
}
