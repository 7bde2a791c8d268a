/**
 * Volumes on disk: makes what `environment/volumes.ts` planned under the lab's scratch directory, once a pod.
 */
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import type { Container } from 'kubernetes-types/core/v1.js';
import type { Bind } from '../kernel/sandbox.js';
import type { VolumePlan } from './environment/volumes.js';

export class VolumeStore {
  constructor(private readonly scratch: string) {}

  /** What a container mounts. `plan` is asked for each volume that the container names. */
  binds(uid: string, container: Container, plan: (volume: string) => VolumePlan | undefined): Bind[] {
    return (container.volumeMounts ?? []).flatMap(({ name, mountPath, subPath, readOnly }) => {
      const volume = plan(name);
      if (!volume) return [];
      const directory = volume.kind === 'host' ? volume.path : this.#make(uid, name, volume);
      const source = subPath ? join(directory, normalize(`/${subPath}`)) : directory;
      if (!existsSync(source)) mkdirSync(source, { recursive: true });
      return [{ source, target: mountPath, readOnly: readOnly || volume.kind === 'files' }];
    });
  }

  /** The pod is gone. */
  forget(uid: string): void {
    rmSync(this.#podDirectory(uid), { recursive: true, force: true });
  }

  /** Files are written anew at each start of a container. Differs: they are not refreshed while it runs. */
  #make(uid: string, name: string, plan: Exclude<VolumePlan, { kind: 'host' }>): string {
    const directory = join(this.#podDirectory(uid), name);
    mkdirSync(directory, { recursive: true, mode: 0o777 });
    for (const [path, content] of Object.entries(plan.kind === 'files' ? plan.files : {})) {
      const file = join(directory, normalize(`/${path}`));
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, content);
    }
    return directory;
  }

  #podDirectory(uid: string): string {
    return join(this.scratch, 'volumes', uid);
  }
}
