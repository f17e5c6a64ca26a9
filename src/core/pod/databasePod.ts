import type { PodExec } from '../exec/podExec';
import type { Access, ToolVersion } from '../postgres/tools/access';

/** The image family a pod looks like (facts in docs/flavours.md); decides only where to look first, never what is true. */
export type Flavour =
  | 'docker-library'
  | 'sclorg'
  | 'bitnami'
  | 'cloudnative-pg'
  | 'edb'
  | 'crunchy'
  | 'percona'
  | 'zalando'
  | 'stackgres'
  | 'kubeblocks'
  | 'unknown';

/** A pod that runs a PostgreSQL server, as the API describes it. Nothing was run in it yet. */
export interface DatabasePod {
  readonly cluster: string;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly container: string;
  readonly flavour: Flavour;
  /** The topmost owner: StatefulSet, Deployment, DeploymentConfig, a custom resource; the pod itself where it has none. */
  readonly workload: { readonly kind: string; readonly name: string };
  readonly ready: boolean;
  /** Why it is not ready: phase or the container's waiting reason. */
  readonly reason?: string;
  /** What a label claims; only SQL decides. */
  readonly roleHint?: 'primary' | 'replica';
}

/** One database of a probed server. */
export interface DatabaseFacts {
  readonly name: string;
  readonly oid: number;
  readonly owner: string;
  /** pg_database_size; undefined where the role may not connect */
  readonly bytes?: number;
  readonly encoding: string;
  readonly collate: string;
  readonly ctype: string;
  /** 'c' libc, 'i' icu, 'b' builtin; undefined before 15 */
  readonly localeProvider?: string;
  readonly icuLocale?: string;
  /** the version of its collation that it was made with, where the server has another one by now, or (null) none that it could tell */
  readonly collation?: { readonly was: string; readonly is: string | null };
  /** a trigger runs at each login; 17 and later */
  readonly loginTriggers?: boolean;
  readonly allowConnections: boolean;
  readonly isTemplate: boolean;
  readonly connectionLimit: number;
  readonly comment?: string;
}

/** What one probe of a pod found out, by SQL and by the tools themselves. No secret in it. */
export interface PodFacts {
  readonly access: Access;
  /** server_version_num, e.g. 160015 */
  readonly serverVersion: number;
  readonly pgDump: ToolVersion;
  readonly pgRestore: ToolVersion;
  readonly role: {
    readonly name: string;
    readonly superuser: boolean;
    readonly createDb: boolean;
    readonly createRole: boolean;
    readonly signalBackend: boolean;
    /** may read all statistics: progress of other sessions */
    readonly readAllStats: boolean;
  };
  /** pg_is_in_recovery() */
  readonly standby: boolean;
  /** system_identifier of the cluster: the same on primary and standby; undefined where it may not be read */
  readonly systemId?: string;
  readonly databases: readonly DatabaseFacts[];
  /** pg_dump knows `-Z zstd:N` (16 and later, built with it) */
  readonly zstd: boolean;
  readonly lz4: boolean;
  /** cores the container may use (cgroup limit, else nproc) */
  readonly cores: number;
  /** free bytes of the file systems of PGDATA and pg_wal; undefined where df is missing */
  readonly free?: { readonly data: number; readonly wal: number; readonly sameFileSystem: boolean };
  /** what the server said at the login and let us in, in lines that may be shown; usually nothing */
  readonly warnings?: readonly string[];
  /** names in pg_available_extensions with default versions */
  readonly availableExtensions: Readonly<Record<string, string>>;
}

/** A pod with what the probe found. */
export interface ProbedPod {
  readonly pod: DatabasePod;
  readonly facts: PodFacts;
}

/** A probed pod with the way to run commands in it. */
export interface OpenPod extends ProbedPod {
  readonly exec: PodExec;
}
