/**
 * What an engine compiled for a service port. A port that says the same as before is the same object, so the next compilation
 * finds it again, and what comes out is the same object too: changes are told apart without a comparison.
 */
import type { NodeServicePort } from '../model/traffic.js';

type Compiled<Port> = WeakMap<NodeServicePort, Port>;

export class PortMemo<Options extends object, Port> {
  readonly #byOptions = new WeakMap<Options, Map<string, Compiled<Port>>>();

  /** @param context whatever else than port and options `compilePort` depends on */
  compile(
    ports: readonly NodeServicePort[],
    options: Options,
    context: object,
    compilePort: (port: NodeServicePort) => Port,
  ): Port[] {
    const compiled = this.#under(options, JSON.stringify(context));
    return ports.map((port) => {
      const known = compiled.get(port);
      if (known !== undefined) return known;
      const fresh = compilePort(port);
      compiled.set(port, fresh);
      return fresh;
    });
  }

  #under(options: Options, context: string): Compiled<Port> {
    const byContext = this.#byOptions.get(options) ?? new Map<string, Compiled<Port>>();
    this.#byOptions.set(options, byContext);
    const compiled = byContext.get(context) ?? new WeakMap<NodeServicePort, Port>();
    byContext.set(context, compiled);
    return compiled;
  }
}
