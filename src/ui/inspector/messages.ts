import type { Messages } from '../../words/language';
import type { Whose } from '../../words/archiveWords';
import type { Verification } from '../../core/catalog/verification';
import type { ArchiveHeader } from '../../core/postgres/archive/reading';

/** What the page is told. */
export type ToPage =
  /** which language is spoken, before anything else; without messages it is English */
  | { readonly type: 'language'; readonly language: string; readonly messages: Messages | undefined }
  | { readonly type: 'contents'; readonly contents: PageContents; readonly measuring: Measuring }
  /** sizes that are new since the last message, by the table's place in `PageContents.tables` */
  | { readonly type: 'measured'; readonly sizes: readonly (readonly [number, number])[]; readonly measuring: Measuring }
  | { readonly type: 'failed'; readonly words: PageWords };

/** What the page asks for. */
export type FromPage = { readonly type: 'ready' | 'restore' | 'verify' | 'measure' | 'stop' | 'text' };

/** What failed, why, what to do. */
export interface PageWords {
  readonly what: string;
  readonly why?: string;
  readonly todo?: string;
}

/** How far the sizes are known; `unneeded` where the manifest says them. */
export type Measuring =
  | { readonly state: 'unneeded' | 'done' | 'stopped' }
  | { readonly state: 'running'; readonly percent: number }
  | { readonly state: 'failed'; readonly words: PageWords };

/** An archive as the page shows it. Numbers and times are shaped by the page. */
export interface PageContents {
  /** the database and the time of a backup; else the file's name */
  readonly title: string;
  readonly name: string;
  readonly folder: string;
  readonly fileBytes: number;
  readonly header: ArchiveHeader;
  readonly provenance: PageProvenance;
  /** the archive cannot be what it was when it was written */
  readonly damage?: PageWords;
  readonly largeObjects: { readonly count: number; readonly bytes?: number } | undefined;
  /** whether rows are known */
  readonly hasRows: boolean;
  readonly tables: readonly PageTable[];
  readonly sequences: readonly { readonly schema: string; readonly name: string; readonly lastValue: string }[];
  readonly schemas: readonly { readonly name: string; readonly owner: string; readonly tables: number }[];
  readonly extensions: readonly string[];
  readonly roles: readonly { readonly name: string; readonly named: boolean }[];
  readonly kinds: readonly { readonly kind: string; readonly count: number }[];
}

export interface PageTable {
  readonly schema: string;
  readonly name: string;
  readonly owner: string;
  readonly columns: number;
  readonly hasData: boolean;
  readonly rows?: number;
  /** with rows: of text, as the manifest says; without: what it takes in the file */
  readonly bytes?: number;
}

export type PageProvenance =
  | { readonly state: 'foreign' | 'partial' | 'other' }
  | { readonly state: 'unreadable'; readonly message: string }
  | ({ readonly state: 'known' | 'size' } & PageOrigin);

export interface PageOrigin {
  readonly cluster: string;
  readonly namespace: string;
  readonly workload: string;
  readonly pod: string;
  readonly database: string;
  readonly standby: boolean;
  readonly environment?: string;
  /** UTC, ISO 8601 */
  readonly snapshot: string;
  readonly seconds: number;
  readonly by: string;
  readonly reason?: string;
  readonly approval?: string;
  readonly job: string;
  readonly sha256: string;
  /** who signed it, in words */
  readonly signed: string;
  /** in whose name what it defines runs, in words */
  readonly runsAs: string;
  readonly whose: Whose;
  readonly verified: readonly Verification[];
}
