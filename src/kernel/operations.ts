/**
 * The runner: carries out fabric operations, in order, in the namespaces it keeps open.
 */
import { namespaceOf, type Operation } from '../fabric/operation.js';
import { awaitLinks } from './link-state.js';
import { closeNamespace, createNamespace, type NetworkNamespace } from './netns.js';
import { encodeOperation, type RouteOperation } from './route-messages.js';
import { RouteError, sendRouteMessages } from './route-socket.js';
import { setSysctl } from './sysctl.js';

/** An operation that the kernel refused, with its errno: says what, where and why. */
export class OperationError extends Error {
  override readonly name = 'OperationError';

  constructor(
    readonly operation: Operation,
    readonly code: string,
  ) {
    super(`${JSON.stringify(operation)}: ${code}`);
  }
}

/** All namespaces of a lab, by name. They live as long as this process holds them. */
export class Namespaces {
  private readonly open = new Map<string, NetworkNamespace>();
  private readonly adopted = new Set<string>();

  /** @throws Error when there is none of that name: a plan that forgot to make it. */
  get(name: string): NetworkNamespace {
    const namespace = this.open.get(name);
    if (!namespace) throw new Error(`no network namespace "${name}" in this lab`);
    return namespace;
  }

  has(name: string): boolean {
    return this.open.has(name);
  }

  names(): string[] {
    return [...this.open.keys()].sort();
  }

  /** Adopts a namespace made elsewhere, for example the machine's own under `--attach`. */
  adopt(namespace: NetworkNamespace): void {
    this.open.set(namespace.name, namespace);
    this.adopted.add(namespace.name);
  }

  /** Whether a namespace is somebody else's: it holds things that are none of the lab's. */
  isAdopted(name: string): boolean {
    return this.adopted.has(name);
  }

  create(name: string): void {
    if (!this.open.has(name)) this.open.set(name, createNamespace(name));
  }

  delete(name: string): void {
    const namespace = this.open.get(name);
    this.open.delete(name);
    if (namespace) closeNamespace(namespace);
  }
}

/** Runs the operations in order; neighbours of one namespace travel as one batch. @throws OperationError */
export async function runOperations(namespaces: Namespaces, operations: readonly Operation[]): Promise<void> {
  for (const run of runsOf(operations)) {
    if (run.every(isRouteOperation)) sendRun(namespaces, run);
    else if (run.every(isWait)) await waitFor(namespaces, run);
    else for (const operation of run) runDirectly(namespaces, operation);
  }
}

/** Cuts the list where the namespace or the means change. */
function runsOf(operations: readonly Operation[]): Operation[][] {
  const runs: Operation[][] = [];
  let previous: string | undefined;
  for (const operation of operations) {
    const means = meansOf(operation);
    if (means === previous) runs.at(-1)?.push(operation);
    else runs.push([operation]);
    previous = means;
  }
  return runs;
}

/** Operations of the same means can be carried out together. */
function meansOf(operation: Operation): string {
  if (isRouteOperation(operation)) return `rtnetlink in ${namespaceOf(operation)}`;
  return isWait(operation) ? `wait in ${namespaceOf(operation)}` : 'at once';
}

type Wait = Operation & { op: 'link.ready' };

function isWait(operation: Operation): operation is Wait {
  return operation.op === 'link.ready';
}

const direct: ReadonlySet<string> = new Set(['namespace.create', 'namespace.delete', 'sysctl.set', 'link.ready']);

function isRouteOperation(operation: Operation): operation is RouteOperation {
  return !direct.has(operation.op);
}

async function waitFor(namespaces: Namespaces, run: readonly Wait[]): Promise<void> {
  const [first] = run;
  if (first === undefined) return;
  const [down] = await awaitLinks(
    namespaces.get(namespaceOf(first)),
    run.map(({ index }) => index),
  );
  if (down !== undefined) throw new OperationError(run.find(({ index }) => index === down) ?? first, 'ETIMEDOUT');
}

function sendRun(namespaces: Namespaces, run: readonly RouteOperation[]): void {
  const [first] = run;
  if (first === undefined) return;
  const messages = run.map((operation) => encodeOperation(operation, (name) => namespaces.get(name).fd));
  try {
    sendRouteMessages(namespaces.get(namespaceOf(first)), messages);
  } catch (error) {
    if (error instanceof RouteError) throw new OperationError(run[error.position] ?? first, error.code);
    throw error;
  }
}

function runDirectly(namespaces: Namespaces, operation: Operation): void {
  if (operation.op === 'namespace.create') namespaces.create(operation.namespace);
  if (operation.op === 'namespace.delete') namespaces.delete(operation.namespace);
  if (operation.op === 'sysctl.set') changeSetting(namespaces, operation);
}

function changeSetting(namespaces: Namespaces, operation: Operation & { op: 'sysctl.set' }): void {
  try {
    setSysctl(namespaces.get(operation.namespace), `net/${operation.key}`, operation.value);
  } catch (error) {
    throw new OperationError(operation, (error as NodeJS.ErrnoException).code ?? String(error));
  }
}
