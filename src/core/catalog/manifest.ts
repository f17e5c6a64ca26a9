import type { Store } from '../store/store';
import type { DrillRecord } from './drillRecord';
import type { Verification } from './verification';
import { isProven, type Signed } from '../state/signed';
import type { GeneratedReading } from '../postgres/sql/generatedColumns';
import type {
  ArchiveHeader,
  DigestVersion,
  LargeObjectReading,
  SequenceReading,
  TableReading,
} from '../postgres/archive/reading';

/**
 * All that is known of a backup: `manifest.json`, and what grows with the database, which format 2 has in `contents.json`. Documented in docs/backup-format.md. Times are UTC ISO 8601,
 * sizes bytes, durations seconds.
 */
export interface Manifest {
  readonly format: 'db-ferry-backup';
  /** as it lies there; 1 is what 0.1.0 wrote */
  readonly formatVersion: 1 | 2;
  /** the id by which the catalog and the CLI name it */
  readonly id: string;
  readonly origin: 'db-ferry' | 'adopted';
  readonly source: {
    readonly cluster: string;
    readonly server: string;
    readonly namespace: string;
    readonly workload: string;
    readonly pod: string;
    readonly database: string;
    readonly standby: boolean;
    readonly systemId?: string;
    readonly encoding: string;
    readonly collate: string;
    readonly ctype: string;
    readonly serverVersion: number;
    /** whoever owns something in the database is a superuser there; absent: not so, or not asked */
    readonly ofSuperusers?: boolean;
    /** what the source's place is called where it says so: production, test, … (label or setting); for the wrong-target guard */
    readonly environment?: string;
  };
  readonly dump: {
    readonly toolVersion: string;
    readonly compression: string;
    readonly settings: Readonly<Record<string, string>>;
    readonly arguments: readonly string[];
  };
  readonly time: {
    readonly started: string;
    /** the moment of the dump's snapshot, as near as it can be said: when pg_dump was started */
    readonly snapshot: string;
    readonly finished: string;
    readonly expectedSeconds?: number;
    readonly seconds: number;
  };
  readonly asked: { readonly by: string; readonly reason?: string; readonly approval?: string };
  readonly job: string;
  readonly size: {
    readonly database?: number;
    readonly archive: number;
    readonly text: number;
    readonly expected?: number;
  };
  /** `file` is `database.dump`, or an adopted file's own name; `sha256` is empty where nothing is known of the file's past */
  readonly archive: { readonly file: string; readonly sha256: string; readonly header: ArchiveHeader };
  /** `sha256` is that of the file as it lies there */
  readonly globals?: { readonly file: 'globals.sql' | 'globals.sql.age'; readonly sha256: string };
  /** absent of a backup in clear. With it, size and SHA-256 of the archive are those of what it decrypts to; `files` has those of what lies there */
  readonly encryption?: Encryption;
  /** how rows and large objects were digested; absent: 1 */
  readonly digest?: DigestVersion;
  readonly tables: readonly TableReading[];
  readonly sequences: readonly SequenceReading[];
  readonly largeObjects: LargeObjectReading;
  /** values of generated columns in the dump's own snapshot; absent where there are none, or nobody asked */
  readonly generated?: readonly GeneratedReading[];
  readonly definitions: number;
  readonly roles: readonly string[];
  readonly extensions: readonly string[];
  /** of format 2: every other file of the backup, by its name */
  readonly files?: Readonly<Record<string, FileFacts>>;
  /** sealed anew from another format, and when */
  readonly upgraded?: { readonly from: 1; readonly time: string };
  /** how far it was verified, oldest first; `structure` and `digest` are part of every backup of ours. What came after it was sealed is among them where a key that counts here signed it */
  readonly verified: readonly Verification[];
  /** its rows are not those of the source: rules masked them while they streamed by */
  readonly masked?: MaskedFacts;
  /** somebody else's dump was loaded into a database of a pod for it, and that is what was backed up */
  readonly imported?: ImportedFacts;
  /** rows of the source in the dump's own snapshot, where `--count` asked for them */
  readonly counted?: Readonly<Record<string, number>>;
}

/** Where a backup comes from that was loaded from somebody else's dump. */
export interface ImportedFacts {
  /** the file, as it was named */
  readonly file: string;
  /** of the file as it lay there; empty of a folder */
  readonly sha256: string;
  /** what it was: `script`, `custom`, `tar`, `directory` */
  readonly holds: string;
  /** where it was loaded: `cluster/namespace/pod` */
  readonly place: string;
  readonly serverVersion: number;
  /** statements that were not done; the report names them */
  readonly notLoaded: number;
}

/** What masking came to. No value of the source. */
export interface MaskedFacts {
  /** SHA-256 of the file of rules, hex */
  readonly rules: string;
  /** which key: equal ones make equal values of equal values. It says nothing of the key */
  readonly key: string;
  readonly columns: readonly {
    readonly schema: string;
    readonly table: string;
    readonly column: string;
    /** the transformer */
    readonly as: string;
    readonly changed: number;
    /** values that are what they were: fixed ones, zeros */
    readonly stayed: number;
    readonly nulls: number;
    readonly empty: number;
  }[];
  /** tables whose rows were left out, `schema.name` */
  readonly emptied: readonly string[];
  /** entries that no masked archive has, by kind: comments, labels, statistics, logins at other servers */
  readonly leftOut: Readonly<Record<string, number>>;
  /** tables that no rule changes, whose rows are those of the source by digest */
  readonly unmasked: number;
  /** rows in which the detector looked for personal data, and what it found */
  readonly looked: number;
  readonly hits: readonly {
    readonly schema: string;
    readonly table: string;
    readonly column: string;
    readonly kind: string;
    readonly count: number;
  }[];
}

export type { Verification } from './verification';

/** Every file of it but manifest and signature is an age file. */
export interface Encryption {
  /** whom they are encrypted for: a key of this backup alone, which `key.<n>.age` has for whoever may read it */
  readonly recipient: string;
}

/** What a manifest refers to. */
export interface FileFacts {
  readonly bytes: number;
  readonly sha256: string;
}

/** A manifest without what grows with the database. */
export type ShortManifest = Omit<
  Manifest,
  'digest' | 'tables' | 'sequences' | 'largeObjects' | 'generated' | 'counted'
>;

/** What grows with it: what proof needs. Of an encrypted backup also names that its manifest, which is not encrypted, does not have. */
export type Contents = Pick<Manifest, 'digest' | 'tables' | 'sequences' | 'largeObjects' | 'generated' | 'counted'> &
  Partial<Pick<Manifest, 'roles' | 'extensions' | 'masked'>>;

/** How much of it there is. */
export interface Counts {
  readonly tables: number;
  /** of all tables together */
  readonly rows: number;
  readonly largeObjects: number;
}

/** `manifest.json` of format 2. */
export type SealedManifest = ShortManifest & {
  readonly formatVersion: 2;
  readonly files: Readonly<Record<string, FileFacts>>;
  readonly counts: Counts;
};

/** Where a backup lies: what stands below a prefix of a store. */
export interface BackupAt {
  readonly store: Store;
  readonly prefix: string;
}

/** A backup as a list has it. */
export interface BackupSummary extends Counts {
  readonly id: string;
  readonly folder: string;
  /** what the signature beside the manifest says */
  readonly signed?: Signed;
  readonly manifest: ShortManifest;
  /** what drills showed of it, oldest first; absent where there was none */
  readonly drills?: readonly DrillRecord[];
  /** absent where it is the folder itself */
  readonly at?: BackupAt;
}

/** A backup, whole. */
export interface BackupEntry {
  readonly id: string;
  /** its folder on this disk, or what names it in its store */
  readonly folder: string;
  readonly manifest: Manifest;
  /** absent where it is the folder itself */
  readonly at?: BackupAt;
  /** what the signature beside the manifest says; absent of a file that has no manifest */
  readonly signed?: Signed;
}

/** Ours means signed: by this workspace, or by one that the user trusts. All else is as its manifest says, and an adopted one is somebody's however it is signed. */
export function isOurs({ manifest, signed }: Provenance): boolean {
  return manifest.origin === 'db-ferry' && isProven(signed);
}

/** What tells whose a backup is. */
export interface Provenance {
  readonly manifest: Pick<Manifest, 'origin'>;
  readonly signed?: Signed;
}
