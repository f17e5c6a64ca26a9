import { resolve } from 'node:path';
import type { KubeClient } from '../../cluster/kubeClient';
import type { OpenPod } from '../../pod/databasePod';
import { aboutTrust } from '../../cluster/aboutTrust';
import { connect } from '../../cluster/connect';
import { knownAs } from '../../cluster/reviews';
import type { Cluster, KubeconfigProblem } from '../../cluster/cluster';
import { kubeconfigFiles, readClusters } from '../../cluster/readClusters';
import { findCluster, type DatabaseReference, type PodReference } from '../../cluster/reference';
import { AppError } from '../../base/errors';
import { gentleExec } from '../../exec/gentleExec';
import { locate } from '../../pod/openPod';
import type { Work } from '../../base/progress';

/** A place that a reference names, opened. */
export interface Place {
  readonly reference: PodReference | DatabaseReference;
  readonly client: KubeClient;
  readonly pod: OpenPod;
}

/** A place with the database that its reference names. */
export interface DatabasePlace extends Place {
  readonly reference: DatabaseReference;
  readonly database: string;
}

/** Resolves references for one job: kubeconfig files are read once, a cluster has one client. */
export class Places {
  private readonly clients = new Map<string, KubeClient>();
  private readonly asked = new Set<KubeClient>();
  private known: ReturnType<typeof readClusters> | undefined;

  /**
   * `gentle` as a job's options have it: bytes a second. `earlier`: the files that an earlier job used; they are never read for that, since a kubeconfig may run a program: they
   * only make plain why a cluster is not known where nobody names them now. `work` is told of a cluster that is not to be trusted, and as whom each knows this login, once.
   */
  constructor(
    private readonly kubeconfigs: readonly string[],
    private readonly gentle?: number,
    private readonly earlier: readonly string[] = [],
    private readonly work?: Pick<Work, 'report'> & {
      /** nobody hears as whom a login is known: it is not asked */ readonly tellsNobody?: true;
    },
  ) {}

  /** Opens a pod (probes it). Throws `cluster.*`, `pod.*`, `exec.*`. */
  async pod(reference: PodReference | DatabaseReference, signal: AbortSignal): Promise<Place> {
    const client = await this.client(reference.cluster);
    const pod = await locate(client, { namespace: reference.namespace, pod: reference.pod }, signal);
    await this.tellWho(client, signal);
    const exec = this.gentle === undefined ? pod.exec : gentleExec(pod.exec, this.gentle);
    return { reference, client, pod: { ...pod, exec } };
  }

  /** The same for a reference that names a database; whether it exists is for the caller to see. */
  async database(reference: DatabaseReference, signal: AbortSignal): Promise<DatabasePlace> {
    return { ...(await this.pod(reference, signal)), reference, database: reference.database };
  }

  /** Throws what is thrown where the cluster of a reference is not known; asks no cluster. */
  async know({ cluster }: PodReference): Promise<void> {
    await this.client(cluster);
  }

  private async client(name: string): Promise<KubeClient> {
    this.known ??= readClusters({ files: this.kubeconfigs, env: process.env });
    const { clusters, problems } = await this.known;
    const cluster = this.named(clusters, name, problems);
    const known = this.clients.get(cluster.alias);
    if (known) return known;
    for (const finding of aboutTrust([cluster])) this.work?.report({ type: 'finding', finding });
    const client = connect(cluster);
    this.clients.set(cluster.alias, client);
    return client;
  }

  /** Who does it is who the cluster says; that it does not tell is in nobody's way. */
  private async tellWho(client: KubeClient, signal: AbortSignal): Promise<void> {
    if (this.work === undefined || this.work.tellsNobody === true || this.asked.has(client)) return;
    this.asked.add(client);
    const user = await knownAs(client, signal).catch(() => undefined);
    signal.throwIfAborted();
    const { alias: cluster } = client.cluster;
    if (user !== undefined) this.work.report({ type: 'note', code: 'cluster.knownAs', data: { cluster, user } });
  }

  private named(clusters: readonly Cluster[], name: string, problems: readonly KubeconfigProblem[]): Cluster {
    try {
      return findCluster(clusters, name, problems);
    } catch (error) {
      const named = kubeconfigFiles(this.kubeconfigs, process.env);
      const files = this.earlier.filter((file) => !named.has(resolve(file)));
      if (files.length === 0) throw error;
      throw new AppError('cluster.notNamed', { cluster: name, files }, { cause: error });
    }
  }
}

/** Names a target database whatever alias, pod or workload it was asked by: the key of its lock. */
export function lockKey(place: DatabasePlace): string {
  return JSON.stringify([serverOf(place), place.database]);
}

/** Names the server of a place likewise; a standby is its primary's. */
export function serverOf({ client, pod: { pod, facts } }: Place): string {
  return facts.systemId ?? `${client.cluster.server} ${pod.namespace} ${pod.workload.kind} ${pod.workload.name}`;
}
