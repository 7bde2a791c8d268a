/**
 * A node's kube-proxy whatever its mode: the mode can change while Services go on being synced.
 *
 * Differs: the old mode's rules are removed before the new mode writes its own; a real kube-proxy removes them only
 * between nftables and the other modes, and leaves the rest to `kube-proxy --cleanup`.
 * Source: kubernetes v1.30.5 cmd/kube-proxy/app/server_linux.go, platformCleanup.
 */
import type { NodeTraffic } from '../../model/traffic.js';
import type { KubeProxy, SyncResult } from './kube-proxy.js';

export class NodeProxy<Setting extends { readonly mode: string }> {
  #setting: Setting;
  #current: KubeProxy;
  #switching: Promise<void> = Promise.resolve();

  /** @param create makes the kube-proxy of a setting: a mode with what is configured for it */
  constructor(
    setting: Setting,
    private readonly create: (setting: Setting) => KubeProxy,
  ) {
    this.#setting = setting;
    this.#current = create(setting);
  }

  get setting(): Setting {
    return this.#setting;
  }

  /** As `KubeProxy.sync`; during a change of mode it waits for it. */
  async sync(traffic: NodeTraffic): Promise<SyncResult> {
    await this.#switching;
    return this.#current.sync(traffic);
  }

  /**
   * Starts kube-proxy again. With the same setting the next sync repairs whatever was lost; with another of
   * the same mode it starts from what is there; with another mode the old one is gone when this resolves, and the next sync
   * installs the new one.
   */
  restart(setting: Setting): Promise<void> {
    const turn = this.#switching.then(async () => {
      if (JSON.stringify(setting) === JSON.stringify(this.#setting)) return this.#current.forget();
      const keepsMode = setting.mode === this.#setting.mode;
      await (keepsMode ? this.#current.stop() : this.#current.remove());
      this.#setting = setting;
      this.#current = this.create(setting);
      if (keepsMode) this.#current.forget();
    });
    this.#switching = turn.catch(() => undefined);
    return turn;
  }

  /** Looks for what somebody took away, and forgets what was installed if so: the next sync repairs it. */
  async missesRules(): Promise<boolean> {
    await this.#switching;
    const current = this.#current;
    if (!(await current.isLost()) || current !== this.#current) return false;
    current.forget();
    return true;
  }

  async settled(): Promise<void> {
    await this.#switching;
    await this.#current.settled();
  }
}
