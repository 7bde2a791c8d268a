/**
 * The daemon's handle on a node's userspace proxy process, which is started with the first proxy, and again with all of
 * them when it dies.
 */
import type { ChildProcess } from 'node:child_process';
import { inNamespace, type NetworkNamespace } from '../../kernel/netns.js';
import { forkNode } from '../../kernel/node-process.js';
import type { ServiceProxy } from '../../proxy/userspace/service-proxy.js';
import type { ProxyCommand, ProxyReport } from './protocol.js';

const entry = new URL('./process.js', import.meta.url);

type Waiting = (failures: string[]) => void;

export class UserspaceProcess {
  #child: Promise<ChildProcess> | undefined;
  #lastId = 0;
  readonly #served = new Map<string, ServiceProxy>();
  readonly #waiting = new Map<number, Waiting>();

  constructor(private readonly namespace: NetworkNamespace) {}

  /** Resolves when all of them listen. @throws Error naming the ports that cannot be had */
  async serve(proxies: readonly ServiceProxy[]): Promise<void> {
    for (const proxy of proxies) this.#served.set(proxy.key, proxy);
    await this.#ask((id) => ({ kind: 'serve', id, proxies: [...proxies] }));
  }

  async close(keys: readonly string[]): Promise<void> {
    for (const key of keys) this.#served.delete(key);
    if (keys.length > 0) await this.#ask((id) => ({ kind: 'close', id, keys: [...keys] }));
  }

  /** Closes what is open and is none of these. */
  keepOnly(proxies: readonly ServiceProxy[]): Promise<void> {
    const kept = new Set(proxies.map(({ key }) => key));
    return this.close([...this.#served.keys()].filter((key) => !kept.has(key)));
  }

  /** Ends the process and every connection through it. */
  async end(): Promise<void> {
    const starting = this.#child;
    this.#child = undefined;
    this.#served.clear();
    const child = await starting?.catch(() => undefined);
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
  }

  async #ask(command: (id: number) => ProxyCommand): Promise<void> {
    this.#child ??= this.#launch().catch((error) => {
      this.#child = undefined;
      throw error;
    });
    const child = await this.#child;
    this.#lastId += 1;
    const id = this.#lastId;
    const failures = await new Promise<string[]>((resolve) => {
      this.#waiting.set(id, resolve);
      child.send(command(id), (error) => error && this.#answer(id, [error.message]));
    });
    if (failures.length > 0) throw new Error(`userspace proxy of ${this.namespace.name}: ${failures.join('; ')}`);
  }

  #answer(id: number, failures: string[]): void {
    this.#waiting.get(id)?.(failures);
    this.#waiting.delete(id);
  }

  #launch(): Promise<ChildProcess> {
    const child = inNamespace(this.namespace, () => forkNode(entry));
    return new Promise((resolve, reject) => {
      child.on('message', (report: ProxyReport) => {
        if (report.kind === 'ready') resolve(child);
        else this.#answer(report.id, report.failures);
      });
      child.once('error', reject);
      child.once('exit', () => {
        reject(new Error(`the userspace proxy of ${this.namespace.name} ended at its start`));
        this.#ended(child);
      });
    });
  }

  /** Unless it was to end, another process opens what it had open. */
  async #ended(child: ChildProcess): Promise<void> {
    for (const id of [...this.#waiting.keys()]) this.#answer(id, ['the process ended']);
    const current = await this.#child?.catch(() => undefined);
    if (current !== child) return;
    this.#child = undefined;
    await this.serve([...this.#served.values()]).catch((error: Error) => process.emitWarning(error));
  }
}
