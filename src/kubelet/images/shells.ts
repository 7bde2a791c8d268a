/**
 * Images whose program is a shell. They serve nothing: their tools are the machine's.
 *
 * Differs: a shell image runs the machine's own shell and tools instead of the image's.
 */
import type { Container } from 'kubernetes-types/core/v1.js';
import type { ContainerPlan } from './contract.js';

/** An image whose default command is `shell`: args replace it; a shell with no input ends at once, as in a real cluster. */
export function shell(program: string): (container: Container) => ContainerPlan {
  return (container) => {
    const args = container.args ?? [];
    if (args.length > 0) return { kind: 'command', argv: args };
    return container.stdin ? { kind: 'command', argv: [program] } : { kind: 'exit', exitCode: 0, output: '' };
  };
}

/** An image that passes options on to its own program, such as curlimages/curl; another word is a program by itself. */
export function tool(program: string): (container: Container) => ContainerPlan {
  return (container) => {
    const [first, ...rest] = container.args ?? [];
    if (first === undefined) return { kind: 'command', argv: [program] };
    return { kind: 'command', argv: first.startsWith('-') ? [program, first, ...rest] : [first, ...rest] };
  };
}

/** The image of every pod's sandbox container. */
export function planPause(): ContainerPlan {
  return { kind: 'pause' };
}
