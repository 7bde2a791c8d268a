/**
 * What the kernel's or a tool's own refusal means to a user: which kind of failure it is, and what to try.
 */
import { KernelError } from '../kernel/libc.js';
import { OperationError } from '../kernel/operations.js';
import { ProcessError } from '../kernel/process.js';
import { CommandFailure } from './failure.js';

/** Any error as a failure with one line. */
export function explain(error: unknown): CommandFailure {
  if (error instanceof CommandFailure) return error;
  if (error instanceof KernelError && error.code === 'EPERM') return forbidden(error);
  if (error instanceof OperationError && missing.has(error.code)) return noSuchFeature(error);
  if (error instanceof ProcessError) return explainTool(error);
  return new CommandFailure('failure', `lab: ${error instanceof Error ? error.message : error}`);
}

/** What rtnetlink answers for a kind of link or an attribute that the kernel was built without; ENOENT: no such sysctl. */
const missing = new Set(['EOPNOTSUPP', 'EPROTONOSUPPORT', 'ENODEV', 'ENOENT']);

function forbidden(error: KernelError): CommandFailure {
  return new CommandFailure(
    'noPrivileges',
    `lab: the kernel does not allow this here (${error.message}); run as root of the machine, and in a container with --privileged`,
  );
}

function noSuchFeature({ operation, code }: OperationError): CommandFailure {
  const what = operation.op === 'sysctl.set' ? `the setting net/${operation.key}` : `"${operation.op}"`;
  return new CommandFailure(
    'missingKernelFeature',
    `lab: this kernel lacks ${what} (${code}); a lab needs network namespaces, veth, bridge and netfilter with conntrack: load these modules, or use a distribution's own kernel`,
  );
}

/** What iptables-restore says when the kernel has no such match or target. */
const missingExtension =
  /missing kernel module|No chain\/target\/match by that name|Extension \S+ revision|RULE_APPEND failed|Could not fetch rule set generation id|can't initialize iptables/i;

function explainTool(error: ProcessError): CommandFailure {
  const [tool = ''] = error.command;
  const said = error.stderr.trim().split('\n')[0] ?? '';
  if (error.code === 127)
    return new CommandFailure(
      'missingTool',
      `lab: cannot start "${tool}" (${said}); scripts/provision installs what a lab needs`,
    );
  if (!missingExtension.test(error.stderr)) return new CommandFailure('failure', `lab: ${error.message}`);
  return new CommandFailure(
    'missingKernelFeature',
    `lab: ${tool} in ${error.namespace}: ${said}; the rules need the matches comment, statistic, addrtype, conntrack, mark and recent: load their modules (xt_*), or try the other variant with --iptables`,
  );
}
