import type { GeneratedReading } from '../sql/generatedColumns';
import type { ArchiveNeeds } from './meaning/archiveNeeds';
import type { DatabaseReading } from './databaseReading';

/**
 * How rows and large objects are digested; digests are compared with those of the same version only. Backups are made with the newest; each is read for ever.
 */
export type DigestVersion = 1 | 2;

/** What the archive reader found: everything needed to prove, list and compare an archive. Compact: no row, no DDL text. */
export interface ArchiveReading {
  readonly header: ArchiveHeader;
  /** bytes of the archive file */
  readonly bytes: number;
  /** SHA-256 of the archive file, hex */
  readonly sha256: string;
  /** SHA-256 of its head and table of contents, hex; absent where it was not read from an archive */
  readonly contents?: string;
  /** bytes of COPY text after decompression, all tables */
  readonly textBytes: number;
  /** how rows and large objects were digested; absent: 1 */
  readonly digest?: DigestVersion;
  readonly tables: readonly TableReading[];
  readonly sequences: readonly SequenceReading[];
  readonly largeObjects: LargeObjectReading;
  /** every entry that defines something, its SQL as a digest: the material of the definition comparison */
  readonly definitions: readonly DefinitionReading[];
  /** roles that what is in the database names, as owners or in GRANT, ALTER DEFAULT PRIVILEGES, POLICY entries; sorted, unique */
  readonly roles: readonly string[];
  /** those of them to whom a restore gives what it makes, unless owners are left out; sorted */
  readonly owners: readonly string[];
  /** those of them that statements name (grants, default privileges, policies, user mappings), needed without owners too; sorted */
  readonly namedRoles: readonly string[];
  /** names of the extensions the archive creates; sorted */
  readonly extensions: readonly string[];
  /** what else it asks of a server */
  readonly needs?: ArchiveNeeds;
  /** counts of entry kinds (`desc`), for the inspector and the preflight */
  readonly kinds: Readonly<Record<string, number>>;
  /** what belongs to the database itself; absent where the archive says nothing of it (a part of a database) */
  readonly database?: DatabaseReading;
  /** values of generated columns, which are in no archive: asked for beside it. Absent: nobody asked */
  readonly generated?: readonly GeneratedReading[];
  /** it says itself what PUBLIC may in the schema public */
  readonly ofPublic?: boolean;
  /** what stands behind the last data block, where something does */
  readonly behind?: Behind;
}

/** What the table of contents of an archive says by itself, before a row was read. */
export type ContentsReading = Omit<
  ArchiveReading,
  'bytes' | 'sha256' | 'textBytes' | 'tables' | 'largeObjects' | 'digest' | 'generated' | 'behind'
>;

/** The head of a custom-format archive (versions 1.13 to 1.16; facts measured on files of 15 to 18). */
export interface ArchiveHeader {
  readonly version: string;
  readonly compression: 'none' | 'gzip' | 'lz4' | 'zstd';
  /** local time of the dumping host, `YYYY-MM-DD hh:mm:ss`, as written */
  readonly created: string;
  readonly database: string;
  /** e.g. `15.18 (Debian …)` as the dump says */
  readonly serverVersion: string;
  readonly dumpVersion: string;
  readonly encoding: string;
  readonly entryCount: number;
}

/** What stands behind the last data block. */
export interface Behind {
  /** from there to the end of the file */
  readonly bytes: number;
  /** whether it is the table of contents once more, each data block where it says that it is */
  readonly isToc: boolean;
}

export interface TableReading {
  readonly schema: string;
  readonly name: string;
  /** in the order of the COPY statement */
  readonly columns: readonly string[];
  readonly rows: number;
  /** bytes of COPY text: the rows with their newlines, without the end marker */
  readonly textBytes: number;
  /**
   * 128-bit sum of one-pass row hashes, hex. Columns enter by name order, rows in any order, so equal contents give
   * equal digests whatever order rows and columns stand in.
   */
  readonly digest: string;
}

export interface SequenceReading {
  readonly schema: string;
  readonly name: string;
  readonly lastValue: string;
  readonly isCalled: boolean;
}

export interface LargeObjectReading {
  readonly count: number;
  readonly bytes: number;
  /** 128-bit sum over (oid, content) hashes, hex */
  readonly digest: string;
  /** sum over oids alone, to tell "other objects" from "other content" */
  readonly oids: string;
}

export interface DefinitionReading {
  /** pg_dump's entry kind: TABLE, INDEX, CONSTRAINT, ACL, … */
  readonly kind: string;
  readonly schema: string;
  /** the tag, e.g. `orders orders_pkey` */
  readonly name: string;
  readonly owner: string;
  /** where it is stored; absent: where the database is */
  readonly tablespace?: string;
  /** 128-bit hash of what the definition means (see `meaningOf`), hex; the owner stands beside it and is compared by itself */
  readonly digest: string;
  /** tables only: hash with columns and constraints as a set: equal when only their order differs */
  readonly unorderedDigest?: string;
  /** hash of what older servers can say of it, where that is less: counts only beside one of them */
  readonly olderDigest?: string;
  readonly olderUnorderedDigest?: string;
}

/** One thing in which two readings differ. Rows that differ never reach a swap. */
export type Difference = DifferenceOfKind & {
  /** why, where a restore went on without what the target refused */
  readonly because?: Because;
};

/** What a server said of something that it refused. */
export interface Because {
  /** see `RestoreFailure` */
  readonly cause: string;
  readonly subject?: string;
  readonly says: string;
}

type DifferenceOfKind =
  | { readonly kind: 'rows'; readonly table: string; readonly left: number; readonly right: number }
  | { readonly kind: 'content'; readonly table: string; readonly rows: number }
  | {
      readonly kind: 'columns';
      readonly table: string;
      readonly left: readonly string[];
      readonly right: readonly string[];
    }
  | {
      readonly kind: 'table';
      readonly table: string;
      readonly missing: 'left' | 'right';
      /** how many rows are missing with it, where that is told */
      readonly rows?: number;
    }
  | { readonly kind: 'sequence'; readonly sequence: string; readonly left?: string; readonly right?: string }
  | {
      readonly kind: 'largeObjects';
      readonly left: number;
      readonly right: number;
      readonly what: 'count' | 'content' | 'oids';
    }
  | {
      readonly kind: 'definition';
      readonly what: string;
      readonly name: string;
      /** `failed`: the target refused a part of it, and no other difference tells of it */
      readonly change: 'missing left' | 'missing right' | 'changed' | 'failed';
    }
  | { readonly kind: 'generated'; readonly table: string; readonly columns: readonly string[] }
  | {
      /** of the database itself */
      readonly kind: 'property';
      readonly what:
        | 'owner'
        | 'encoding'
        | 'locale'
        | 'tablespace'
        | 'connection limit'
        | 'template'
        | 'comment'
        | 'grant'
        | 'setting'
        | 'other';
      /** which grant, setting or kind of entry */
      readonly name?: string;
      readonly change: 'missing left' | 'missing right' | 'changed';
      readonly left?: string;
      readonly right?: string;
    };

/** Something a person may want to know that is not a difference, e.g. a child table with its columns in another order. */
export type ComparisonNote = {
  readonly [C in keyof ComparisonNoteData]: { readonly code: C; readonly data: ComparisonNoteData[C] };
}[keyof ComparisonNoteData];

export interface ComparisonNoteData {
  /** of the rows on each side, or only in the definition */
  readonly columnOrder: {
    readonly table: string;
    readonly left?: readonly string[];
    readonly right?: readonly string[];
    readonly definition?: boolean;
  };
  readonly generatedUnproven: { readonly tables: readonly string[] };
  /** only in results of 0.1.0, as is `majorsDiffer` */
  readonly wording: Readonly<Record<string, string>>;
  readonly majorsDiffer: { readonly left: string; readonly right: string };
  /** names may be fewer than `count`; 0.1.0 told none */
  readonly leftOut: { readonly kind: string; readonly count: number; readonly names?: readonly string[] };
  readonly withoutData: {
    readonly tables: readonly string[];
    readonly tablesCount: number;
    readonly sequences: readonly string[];
    readonly sequencesCount: number;
    readonly largeObjects: number;
  };
}

export interface Comparison {
  readonly equal: boolean;
  readonly differences: readonly Difference[];
  readonly notes: readonly ComparisonNote[];
  /** how much was compared */
  readonly tables: number;
  readonly rows: number;
}
