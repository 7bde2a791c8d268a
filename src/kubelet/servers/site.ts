/**
 * What a listener needs to know to answer: whose it is, and the pod's world around it.
 */
import { readFileSync, statSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { basename, join, normalize } from 'node:path';
import { inNamespace, type NetworkNamespace } from '../../kernel/netns.js';
import type { Clock } from '../../world/contract.js';
import type { AnswerContext, Answerer } from '../images/answers/contract.js';
import { answerers } from '../images/answers/index.js';
import type { PodPlace, ServerPlan } from '../images/contract.js';
import type { LogRing } from '../log-ring.js';

export interface Site {
  readonly plan: ServerPlan;
  readonly answerer: Answerer;
  readonly context: AnswerContext;
  log(text: string): void;
  /** The server ends its own process. */
  exit(code: number): void;
}

export interface SiteParts {
  place: PodPlace;
  plan: ServerPlan;
  namespace: NetworkNamespace;
  log: LogRing;
  clock: Clock;
  exit(code: number): void;
}

export function createSite({ place, plan, namespace, log, clock, exit }: SiteParts): Site {
  return {
    plan,
    answerer: answerers[plan.behaviour],
    context: {
      place,
      parameters: plan.parameters,
      port: plan.port,
      addresses: () => interfaceAddresses(namespace),
      timestamp: () => clock.timestamp(),
      document: (path) => readDocument(plan.documentRoot, path),
    },
    log: (text) => log.append({ time: clock.now(), stream: 'stdout', text }),
    exit,
  };
}

/** Read at each request: what somebody writes into a running container is served at once. */
function readDocument(root: string | undefined, path: string): ReturnType<AnswerContext['document']> {
  if (root === undefined || !statSync(root, { throwIfNoEntry: false })) return 'no root';
  // `normalize` of an absolute path cannot climb out of it.
  const wanted = join(root, normalize(`/${safelyDecoded(path)}`));
  const isDirectory = statSync(wanted, { throwIfNoEntry: false })?.isDirectory() ?? false;
  const file = isDirectory ? join(wanted, 'index.html') : wanted;
  try {
    return { name: basename(file), content: readFileSync(file) };
  } catch {
    return 'missing';
  }
}

function safelyDecoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

/** All addresses of the namespace's interfaces that are up, interface by interface, as the kernel lists them now. */
export function interfaceAddresses(namespace: NetworkNamespace): string[] {
  const interfaces = inNamespace(namespace, () => networkInterfaces());
  return Object.values(interfaces).flatMap((addresses) => (addresses ?? []).map(({ address }) => address));
}

/** `address:port` as Go prints it: a mapped IPv4 address plain, an IPv6 address in brackets. */
export function hostPort(address: string | undefined, port: number | undefined): string {
  const plain = (address ?? '').replace(/^::ffff:/, '');
  return plain.includes(':') ? `[${plain}]:${port ?? 0}` : `${plain}:${port ?? 0}`;
}
