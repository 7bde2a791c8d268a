/**
 * The kernel's own balancer and its address sets, through ipvsadm and ipset, as kube-proxy uses them.
 *
 * Source: ipvsadm(8), ipset(8); kubernetes pkg/proxy/ipvs/util.
 */
import { writeFileSync } from 'node:fs';
import { inNamespace, type NetworkNamespace } from './netns.js';
import { ProcessError, runProcess } from './process.js';

type CommandLine = readonly [string, ...string[]];

/** Both tools must answer: kube-proxy asks the same of the kernel and of ipset before it takes the mode. */
export async function hasIpvs(namespace: NetworkNamespace): Promise<boolean> {
  const probes: CommandLine[] = [
    ['ipvsadm', '-L', '-n'],
    ['ipset', 'list', '-n'],
  ];
  const answers = await Promise.all(probes.map((probe) => runProcess(namespace, probe).catch(() => undefined)));
  return answers.every((answer) => answer?.code === 0);
}

/** Runs one of the tools; returns what it printed. @throws ProcessError */
export async function runTool(namespace: NetworkNamespace, command: CommandLine, input = ''): Promise<string> {
  const { code, stdout, stderr } = await runProcess(namespace, command, input);
  if (code !== 0) throw new ProcessError(command, namespace.name, code, stderr);
  return stdout;
}

/** Sets a kernel setting by its dotted name. @throws the file's error */
export function setSysctl(namespace: NetworkNamespace, key: string, value: string): void {
  inNamespace(namespace, () => writeFileSync(`/proc/sys/${key.replaceAll('.', '/')}`, value));
}
