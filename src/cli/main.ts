/**
 * The command line: which commands there are and what they take. Each command's work is in a file of its own, loaded
 * only when it is called. Nothing here decides anything about clusters.
 */
import { Command, CommanderError, Option } from 'commander';
import { CommandFailure, exitCodes } from '../cluster/failure.js';
import { takeName } from './lab-name.js';
import { productVersion } from './version.js';

/** Runs `lab ARGV`; sets the exit code, and prints one line on stderr when something is wrong. */
export async function main(argv: readonly string[]): Promise<void> {
  process.stdout.on('error', readerLeft);
  try {
    const { name, rest } = takeName(argv);
    await program(name).parseAsync(rest, { from: 'user' });
  } catch (error) {
    process.exitCode = report(error);
  }
}

/** `lab compile … | head`: whoever read our output has seen enough. */
function readerLeft(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
}

function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : exitCodes.usage;
  if (error instanceof CommandFailure) {
    process.stderr.write(`${error.message}\n`);
    return error.exitCode;
  }
  const text = error instanceof Error ? error.message : String(error);
  process.stderr.write(`lab: ${text}\n`);
  if (process.env.KUBEWIRE_DEBUG && error instanceof Error) process.stderr.write(`${error.stack}\n`);
  return exitCodes.failure;
}

const balances = ['replayable', 'faithful'];
const proxyModes = ['iptables', 'nftables', 'ipvs', 'userspace'];

function program(name: string): Command {
  const lab = new Command('lab')
    .description('a deterministic network emulator for Kubernetes Services')
    .usage('[--name LAB] COMMAND')
    .version(productVersion())
    .exitOverride()
    .enablePositionalOptions()
    .addHelpText(
      'after',
      '\nEvery command takes --name LAB (default: lab). Without a command: up with the first workshop.',
    )
    .action(async () => (await import('./commands/workshop.js')).workshop(name));
  addLifeCycle(lab, name);
  addAccess(lab, name);
  addInspection(lab, name);
  addLoadBalancing(lab, name);
  addFaults(lab, name);
  addDns(lab, name);
  addBench(lab);
  return lab;
}

function addLifeCycle(lab: Command, name: string): void {
  lab
    .command('up')
    .description('bring a lab up, or bring a running one up to date; does nothing when nothing changed')
    .option('-f, --filename <file...>', 'manifests to apply; - is standard input')
    .option('--config <file>', 'the cluster, in the form of lab/cluster.yaml')
    .option('--seed <number>', 'seed of every derived choice', wholeNumber)
    .addOption(new Option('--proxy-mode <mode>', 'how Services are implemented').choices(proxyModes))
    .addOption(new Option('--balance <how>', 'how new connections are spread').choices(balances))
    .addOption(new Option('--iptables <variant>', 'which iptables').choices(['legacy', 'nft']))
    .addOption(
      new Option(
        '--kernel <kernel>',
        "whose kernel: this machine's, or user-mode Linux (for IPVS, no privileges)",
      ).choices(['machine', 'uml']),
    )
    .addOption(
      new Option('--cloud <provider>', 'play a cloud provider, with its load balancers').choices(['aws', 'gcp']),
    )
    .option('--attach', "put the host's end of the LAN into this machine's own network namespace (root only)")
    .option('--socket-lb', 'resolve ClusterIPs at the socket, by eBPF, as Cilium does (root only)')
    .option('--no-shell', 'do not open a shell on host afterwards')
    .option('--plan', 'print the operations that would be run, and run none')
    .action(async (options) => (await import('./commands/up.js')).up(name, options));
  lab
    .command('proxy-mode <mode>')
    .description('move a running lab to another proxy mode: iptables, nftables, ipvs or userspace; pods stay')
    .action(async (mode) => (await import('./commands/proxy-mode.js')).proxyMode(name, mode));
  lab
    .command('down')
    .description('take a lab down and wait until everything is gone')
    .option('--all', 'all labs of this user')
    .action(async (options) => (await import('./commands/down.js')).down(name, options));
}

function addAccess(lab: Command, name: string): void {
  lab
    .command('exec <target>')
    .description('run a command on host, a node, or pod/NAME[.NAMESPACE]')
    .argument('<command...>')
    .passThroughOptions()
    .action(async (target, command) => (await import('./commands/exec.js')).exec(name, target, command));
  lab
    .command('shell [target]')
    .description('open a shell on host, a node or a pod')
    .action(async (target) => (await import('./commands/shell.js')).shell(name, target ?? 'host'));
  lab
    .command('kubectl')
    .description("this machine's kubectl against the lab")
    .argument('[args...]')
    .passThroughOptions()
    .allowUnknownOption()
    .helpOption(false)
    .action(async (args) => (await import('./commands/kubectl.js')).kubectl(name, args));
  lab
    .command('kubeconfig')
    .description('the path of the kubeconfig')
    .action(async () => (await import('./commands/kubeconfig.js')).kubeconfig(name));
}

function addInspection(lab: Command, name: string): void {
  lab
    .command('list')
    .description('the labs of this user')
    .addOption(outputOption())
    .action(async (options) => (await import('./commands/list.js')).list(options));
  lab
    .command('status')
    .description('what runs, where and how')
    .addOption(outputOption())
    .action(async (options) => (await import('./commands/status.js')).status(name, options));
  lab
    .command('socket-lb')
    .description('what the eBPF maps of a lab brought up with --socket-lb hold')
    .addOption(outputOption())
    .action(async (options) => (await import('./commands/socket-lb.js')).socketLB(name, options));
  lab
    .command('compile')
    .description("print a node's rule set for some manifests; needs no lab and no privileges")
    .requiredOption('-f, --filename <file...>', 'manifests; - is standard input')
    .requiredOption('--node <name>', 'the node')
    .option('--config <file>', 'the cluster, in the form of lab/cluster.yaml')
    .option('--seed <number>', 'seed of every derived choice', wholeNumber)
    .addOption(new Option('--proxy-mode <mode>').choices(proxyModes).default('iptables'))
    .addOption(new Option('--style <release>', 'iptables rules as an older kube-proxy wrote them').choices(['1.23']))
    .addOption(new Option('--balance <how>').choices(balances).default('replayable'))
    .action(async (options) => (await import('./commands/compile.js')).compile(options));
  lab
    .command('digest')
    .description('the digests of the plan and of what the kernel holds')
    .option('--diff <other>', 'another lab: name the first difference')
    .addOption(outputOption())
    .action(async (options) => (await import('./commands/digest.js')).digest(name, options));
}

function addDns(lab: Command, name: string): void {
  const dns = lab.command('dns').description('the cluster DNS');
  dns
    .command('log')
    .description('what it was asked lately, by whom, and what it said')
    .option('-f, --follow', 'go on with what is asked from now on')
    .addOption(outputOption())
    .action(async (options) => (await import('./commands/dns-log.js')).dnsLog(name, options));
}

/** Who has LoadBalancer addresses, and who tells the world. */
function addLoadBalancing(lab: Command, name: string): void {
  lab
    .command('arp')
    .description('who answers for each LoadBalancer address, why the others do not, and what the host believes')
    .addOption(outputOption())
    .action(async (options) => (await import('./commands/arp.js')).arp(name, options));
  lab
    .command('cloud')
    .description("the cloud provider's load balancers, their targets and their health (after lab up --cloud)")
    .addOption(outputOption())
    .action(async (options) => (await import('./commands/cloud.js')).cloud(name, options));
  lab
    .command('bgp')
    .description('who announces each LoadBalancer address by BGP, why the others do not, and the sessions')
    .addOption(outputOption())
    .action(async (options) => (await import('./commands/bgp.js')).bgp(name, options));
  lab
    .command('router <action>')
    .description('up or down: a router that speaks BGP with the nodes')
    .option('--asn <number>', 'its AS number, 64500 by default')
    .action(async (action, options) => (await import('./commands/router.js')).router(name, action, options));
  lab
    .command('vtysh <machine>')
    .description("FRR's shell on the router or a node")
    .argument('[args...]')
    .passThroughOptions()
    .allowUnknownOption()
    .action(async (machine, args) => (await import('./commands/vtysh.js')).vtysh(name, machine, args));
}

function addFaults(lab: Command, name: string): void {
  lab
    .command('fault')
    .description('make something fail, or mend it; without arguments: what is broken')
    .argument('[what]', 'speaker, link, node; or clear, which mends everything')
    .argument('[node]', 'the node')
    .argument('[action]', 'speaker: kill, start; link and node: down, up')
    .addOption(outputOption())
    .action(async (what, node, action, options) =>
      (await import('./commands/fault.js')).fault(name, { what, node, action }, options),
    );
}

function outputOption(): Option {
  return new Option('-o, --output <form>', 'output').choices(['text', 'json']).default('text');
}

function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) {
    throw new CommandFailure('usage', `lab: --seed ${text}: a seed is a whole number from 0 to 999999999`);
  }
  return Number(text);
}

function addBench(lab: Command): void {
  lab
    .command('bench')
    .description('measurements on this machine')
    .command('modes')
    .description('what each proxy mode costs with a growing number of Services; needs no lab')
    .option('--services <numbers>', 'how many Services, one after the other', '1,100,1000,5000,10000')
    .option('--modes <modes>', 'which modes', 'iptables,nftables,ipvs,userspace')
    .option('--out <directory>', 'write modes.json and the plot modes.svg there')
    .action(async (options) => (await import('./commands/bench-modes.js')).benchModesCommand(options));
}
