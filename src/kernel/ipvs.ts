/**
 * The kernel's own balancer and its address sets, through ipvsadm and ipset, as kube-proxy uses them.
 *
 * Source: ipvsadm(8), ipset(8); kubernetes pkg/proxy/ipvs/util.
 */
import { readFileSync } from 'node:fs';
import { inNamespace, type NetworkNamespace } from './netns.js';
import { ProcessError, runProcess } from './process.js';
import { RepeatedCommand } from './repeated-command.js';

type CommandLine = readonly [string, ...string[]];

/** Both tools must answer: kube-proxy asks the same of the kernel and of ipset before it takes the mode. */
export async function hasIpvs(namespace: NetworkNamespace): Promise<boolean> {
  const probes: CommandLine[] = [
    // It loads the module, if it may.
    ['ipvsadm', '-L', '-n'],
    ['ipset', 'list', '-n'],
  ];
  const answers = await Promise.all(probes.map((probe) => runProcess(namespace, probe).catch(() => undefined)));
  return answers.every((answer) => answer?.code === 0);
}

/** One step of a script: a command of the shell's, and its input. */
export interface ToolStep {
  command: string;
  input?: string;
}

/** Ends a step's input; no tool's input has such a line. */
const END = 'KUBEWIRE-END';

export interface ToolRunner {
  /** Runs steps one after the other, up to the first that fails. @throws ProcessError in the tool's words */
  run(steps: readonly ToolStep[]): Promise<void>;
  end(): void;
}

/** By a shell that stays in the namespace: each tool that this process starts itself would cost a copy of its page tables. */
export function createToolRunner(namespace: NetworkNamespace): ToolRunner {
  const shell = new RepeatedCommand(namespace, ['sh', '-e']);
  return {
    async run(steps) {
      if (steps.length > 0) await shell.run(steps.map(scriptOf).join(''));
    },
    end: () => shell.end(),
  };
}

function scriptOf({ command, input }: ToolStep): string {
  return input === undefined ? `${command} </dev/null\n` : `${command} <<'${END}'\n${input}${END}\n`;
}

/** Is there a link of that name? Asked of a file, without a process. */
export function hasLink(namespace: NetworkNamespace, link: string): boolean {
  const table = inNamespace(namespace, () => readFileSync('/proc/thread-self/net/dev', 'utf8'));
  return table.split('\n').some((line) => line.trimStart().startsWith(`${link}:`));
}

/** Runs one of the tools; returns what it printed. @throws ProcessError */
export async function runTool(namespace: NetworkNamespace, command: CommandLine, input = ''): Promise<string> {
  const { code, stdout, stderr } = await runProcess(namespace, command, input);
  if (code !== 0) throw new ProcessError(command, namespace.name, code, stderr);
  return stdout;
}
