import { execa } from 'execa';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ferry, told, type FerrySetting } from '../../lab/ferry';
import { applyPod } from '../applyPod';
import { KubectlPod } from '../kubectl';
import { seed } from '../seed';
import { asServiceAccount, leave, pair, type Pair } from '../setting';
import type { SmallDisk } from './faults';
import { FaultProxy, serverOf } from './proxy';

const rules = ['pods get list watch', 'pods/exec get create'];

/** One of the two clusters, reached through a proxy and as a service account that may just do what is needed. */
export interface Side {
  readonly letter: 'a' | 'b';
  readonly admin: string;
  readonly proxy: FaultProxy;
  /** name of the service account and of the context */
  readonly account: string;
  /** what the jobs are given */
  readonly kubeconfig: string;
}

/** A database that is to be replaced, and what it holds as long as nothing replaces it. */
export interface Target {
  readonly pod: KubectlPod;
  readonly reference: string;
  readonly live: string;
}

/** Two clusters with a source, a backup of it, a target, a target on a small disk, and roots on disks large and small. */
export class Stage {
  readonly source: KubectlPod;
  readonly clock: string;
  /** fingerprint of the source */
  original = '';
  backup = '';
  archive = '';

  private constructor(
    private readonly clusters: Pair,
    readonly folder: string,
    readonly sides: { readonly a: Side; readonly b: Side },
    private targets: { readonly usual?: Target; readonly small?: Target },
    private readonly smallRoot: string | undefined,
  ) {
    this.source = new KubectlPod(sides.a.admin, 'demo', 'postgres-0', 'demo');
    this.clock = join(folder, 'clock');
  }

  static async set(): Promise<Stage> {
    const clusters = await pair();
    const folder = clusters.root;
    const sides = { a: await side('a', clusters, folder), b: await side('b', clusters, folder) };
    const stage = new Stage(clusters, folder, sides, {}, await tmpfs(join(folder, 'small')));
    await writeFile(stage.clock, '+0\n');
    try {
      await stage.#fill();
    } catch (error) {
      await stage.strike();
      throw error;
    }
    return stage;
  }

  /** What a job is started with; a small disk holds its backups where that is wanted. */
  setting({ small = false, faketime }: { small?: boolean; faketime?: string } = {}): FerrySetting {
    const clock = { FAKETIME_TIMESTAMP_FILE: this.clock, FAKETIME_NO_CACHE: '1', FAKETIME_DONT_FAKE_MONOTONIC: '1' };
    return {
      kubeconfig: this.sides.a.kubeconfig,
      root: small && this.smallRoot !== undefined ? this.smallRoot : join(this.folder, 'root'),
      env: {
        KUBECONFIG: this.sides.b.kubeconfig,
        ...(faketime === undefined ? {} : { LD_PRELOAD: faketime, ...clock }),
      },
    };
  }

  get from(): string {
    return `${this.sides.a.account}/demo/postgres-0/ferrytest`;
  }

  target(small: boolean): Target {
    const found = small ? this.targets.small : this.targets.usual;
    if (found === undefined) throw new Error('the stage is not set');
    return found;
  }

  /** The disk of the backups, or of the small target. */
  disk(of: 'here' | 'target'): SmallDisk {
    const root = this.smallRoot;
    if (of === 'here') {
      return {
        fill: async () => execa('sh', ['-c', 'cat /dev/zero > "$1/ballast"', 'fill', String(root)], { reject: false }),
        empty: async () => rm(join(String(root), 'ballast'), { force: true }),
      };
    }
    const { pod } = this.target(true);
    const folder = '/var/lib/postgresql/data';
    return {
      // so much is left that the server itself can end what it does
      fill: async () =>
        pod.exec([
          'sh',
          '-c',
          `head -c $(($(df -Pk ${folder} | tail -1 | awk '{print $4}') * 1024 - 40000000)) /dev/zero >${folder}/ballast`,
        ]),
      empty: async () => pod.exec(['rm', '-f', `${folder}/ballast`]),
    };
  }

  /** The service accounts as they were, with tokens that are good: after one was deleted. */
  async renew(): Promise<void> {
    for (const each of [this.sides.a, this.sides.b]) await lead(each, this.folder);
  }

  async strike(): Promise<void> {
    for (const { proxy } of [this.sides.a, this.sides.b]) await proxy.close();
    await this.targets.small?.pod.remove();
    await this.targets.usual?.pod.sql(
      'postgres',
      `select format('drop database %I with (force);', datname) from pg_database where datname like 'ferrytest%' \\gexec`,
    );
    if (this.smallRoot !== undefined) await execa('umount', [this.smallRoot], { reject: false });
    await leave(this.clusters);
  }

  async #fill(): Promise<void> {
    const usual = new KubectlPod(this.sides.b.admin, 'demo', 'postgres-0', 'demo');
    await seed({ source: this.source, target: usual }, 0.2);
    // on a disk of 900 MiB of memory
    const small = await applyPod(this.sides.b.admin, 'ferry-small', (spec) => ({
      ...spec,
      volumes: [{ name: 'data', emptyDir: { medium: 'Memory', sizeLimit: '900Mi' } }],
    }));
    this.original = await this.source.fingerprint('ferrytest');
    const made = await ferry(this.setting(), 'backup', this.from);
    if (made.exitCode !== 0) throw new Error(told(made));
    this.backup = String(made.result.data['backup']);
    this.archive = join(String(made.result.data['folder']), 'database.dump');
    this.targets = { usual: await this.#live(usual), small: await this.#live(small) };
  }

  /** Puts the backup there and changes a row: what is live is told from what is restored. */
  async #live(pod: KubectlPod): Promise<Target> {
    const reference = `${this.sides.b.account}/${pod.namespace}/${pod.pod}/ferrytest`;
    const made = await ferry(this.setting(), 'restore', this.backup, reference, '--create-roles');
    if (made.exitCode !== 0) throw new Error(told(made));
    await pod.sql('ferrytest', `update orders set note = 'live' where id < 100;`);
    return { pod, reference, live: await pod.fingerprint('ferrytest') };
  }
}

async function side(letter: 'a' | 'b', { kubeconfigA, kubeconfigB }: Pair, folder: string): Promise<Side> {
  const admin = letter === 'a' ? kubeconfigA : kubeconfigB;
  const proxy = await FaultProxy.start(new URL(await serverOf(admin)));
  const account = `ferry-faults-${letter}`;
  const made = { letter, admin, proxy, account, kubeconfig: join(folder, `${account}.kubeconfig`) };
  await lead(made, folder);
  return made;
}

async function lead({ admin, proxy, account, kubeconfig }: Side, folder: string): Promise<void> {
  await proxy.lead(await asServiceAccount(admin, folder, account, rules), kubeconfig);
}

async function tmpfs(folder: string): Promise<string | undefined> {
  await execa('mkdir', ['-p', folder]);
  const { exitCode } = await execa('mount', ['-t', 'tmpfs', '-o', 'size=1500m,mode=0700', 'tmpfs', folder], {
    reject: false,
  });
  return exitCode === 0 ? folder : undefined;
}
