/** No facts. */
export type NoData = Readonly<Record<string, never>>;

/** What ran with all rights may have done more than what was undone. */
export interface Rights {
  readonly ranAs?: 'superuser' | undefined;
}

/** Who holds a lock that was waited for. */
export interface LockHolder {
  /** `schema.table` */
  readonly table: string;
  /** of its session; null: a prepared transaction has it */
  readonly pid: number | null;
  /** the name of the prepared transaction */
  readonly prepared: string | null;
  readonly user: string | null;
  readonly application: string | null;
  /** `idle in transaction` and its like; null where our role may not know */
  readonly state: string | null;
  /** how long its transaction has lasted; null where our role may not know */
  readonly seconds: number | null;
}

/** A session, or a prepared transaction, that keeps a database from being exchanged. */
export interface SessionFacts {
  readonly pid?: number | null | undefined;
  readonly user?: string | null | undefined;
  readonly application?: string | null | undefined;
  readonly state?: string | null | undefined;
  readonly since?: string | null | undefined;
  readonly database?: string | null | undefined;
  readonly prepared?: string | null | undefined;
}

/** What a target refused to make. */
export interface FailureFacts {
  readonly kind?: string | undefined;
  readonly schema?: string | undefined;
  readonly name?: string | undefined;
  readonly says: string;
  readonly cause?: string | undefined;
  readonly subject?: string | undefined;
}

/** A difference between what was restored and the backup; all of it is in the result of its job. */
export interface DifferenceFacts {
  readonly because?: { readonly cause?: string | undefined; readonly subject?: string | undefined } | undefined;
}

/** A statement of a dump that was not done, and why. */
export interface NotLoadedFacts {
  readonly line: number;
  /** its first words, without any value */
  readonly what: string;
  readonly why: 'server' | 'command' | 'rollback' | 'global' | 'tooLong' | 'zero' | 'rest';
  /** the server's words, without rows and statements */
  readonly says?: string;
  readonly cause?: string;
}

/** A kept database as a person sees it before something is done with it. */
export interface KeptFacts {
  readonly name: string;
  readonly owner: string;
  readonly bytes?: number | undefined;
  /** when the database was made, where the server says it */
  readonly made?: string | undefined;
  /** the job that kept it, as its mark says */
  readonly job: string;
  /** when that was, as its mark says */
  readonly time?: string | undefined;
}
