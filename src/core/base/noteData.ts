import type { NoData } from './facts';

/** Everything that a job tells on the way, and the facts that go with it. A new code needs words (`src/words/noteWords.ts`). Durations are seconds. */
export interface NoteData {
  'dump.warnings': { readonly lines: readonly string[] };
  keepAwake: NoData;
  /** as whom a cluster knows who runs the job: its own answer, where it gives one */
  'cluster.knownAs': { readonly cluster: string; readonly user: string };
  /** the request that the job runs by, and whether a cluster looks after it */
  'approval.used': { readonly request: string; readonly level: 'advisory' | 'recorded' };
  /** the pod of a job does not start yet: why, as Kubernetes says */
  'runner.waits': { readonly reason: string; readonly message: string };
  /** a drill could not be done: that says nothing of the backup */
  'drill.notProved': { readonly backup?: string | undefined };
  'archive.behind': { readonly backup: string; readonly bytes: number };
  'integrity.notProvable': { readonly backup: string };
  'sessions.ended': Ended;
  'sessions.remain': Ended;
  'sessions.unknown': { readonly application: string };
  'locks.waiting': WaitingFacts;
  'locks.free': { readonly seconds: number };
  'side.dropped': { readonly database: string; readonly job: string };
  'side.remains': { readonly database: string; readonly job: string };
  /** `after`: the code of the error that came then */
  'backup.kept': { readonly backup: string; readonly folder: string; readonly after: string };
  /** the restore that follows the dump has failed, with this code; the dump goes on, since its backup is to be kept */
  'backup.goesOn': { readonly after: string };
  /** that backup failed as well, with this code */
  'backup.failed': { readonly after: string };
  'inPlace.before': { readonly backup: string; readonly folder: string };
  /** its number, by which a lost COMMIT is resolved */
  'inPlace.transaction': { readonly database: string; readonly id: string };
  'analyze.skipped': { readonly tables: readonly string[]; readonly count: number };
  'analyze.failed': { readonly tables: readonly string[]; readonly count: number; readonly message: string };
  'swap.side': ExchangeFacts;
  /** a line that proves, where the operator has no hand, how far the audit trail had come */
  'audit.anchor': { readonly anchor: string };
  /** what became of a message to people */
  'notify.delivery': {
    readonly channel: string;
    readonly kind: string;
    readonly event: string;
    readonly subject: string;
    readonly accepted: boolean;
    readonly answer: string;
    readonly tries: number;
    readonly time: string;
  };
  /** the file that says who is told cannot be used */
  'notify.off': { readonly code: string; readonly file?: string | undefined; readonly at?: string | undefined };
  /** what is proven and waits for its swap; `prepared` is held to its form where it is read */
  prepared: {
    readonly database: string;
    readonly oid: number;
    readonly side: string;
    readonly prepared: object;
  };
  'verification.notRecorded': { readonly backup: string; readonly message: string };
  'roles.made': { readonly roles: readonly string[] };
  'loader.made': { readonly roles: readonly string[] };
  'roles.remain': { readonly roles: readonly string[]; readonly job: string };
}

export type NoteCode = keyof NoteData;

/** What a job says on the way. */
export type Note = {
  readonly [C in NoteCode]: { readonly type: 'note'; readonly code: C; readonly data: NoteData[C] };
}[NoteCode];

/** An exchange of names, told before it happens: by the OIDs an outcome that is not known is resolved. */
export interface ExchangeFacts {
  readonly database: string;
  /** of what is to have the name */
  readonly oid: number;
  /** the name that it has */
  readonly side: string;
  /** the OID of what had it; absent: nothing had */
  readonly live?: number;
}

/** Sessions on the server and commands in the pod, by the name that they carry. */
interface Ended {
  readonly application: string;
  readonly ended: number;
  readonly remaining: number;
  readonly commands: { readonly ended: number; readonly remaining: number };
}

/** The first that waits for a lock of ours. */
export interface WaitingFacts {
  /** how many, with those that wait behind the first one */
  readonly sessions: number;
  /** how long the first one has been waiting; null where the server does not tell our role */
  readonly seconds: number | null;
  /** what it waits for, `schema.table`, and which lock it wants there */
  readonly table: string | null;
  readonly mode: string;
  readonly user: string | null;
  readonly application: string | null;
}
