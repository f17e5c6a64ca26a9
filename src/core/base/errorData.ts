import type { ArchiveDamage, BackupDamage, EntryPlace } from './damage';
import type {
  DifferenceFacts,
  FailureFacts,
  KeptFacts,
  LockHolder,
  NoData,
  NotLoadedFacts,
  Rights,
  SessionFacts,
} from './facts';
import type { Finding } from './finding';
import type { ForeignFormat } from './foreignFacts';
import type { KubeconfigTrouble } from './kubeconfigTrouble';
import type { UsageRule, UsageRules } from './usageRules';

/**
 * Every way the core can fail, and the facts that go with it: names, numbers, the server's own message, never a secret. A new code needs words
 * (`src/words/errors`). What is absent may be `undefined`, too. Sizes are bytes, offsets bytes of a file, durations seconds.
 */
export interface ErrorData {
  // the API server
  /** no kubeconfig holds a usable context; the files that could not be read */
  'cluster.none': {
    readonly cluster?: string | undefined;
    readonly problems?: readonly UnreadKubeconfig[] | undefined;
  };
  'cluster.unknown': {
    readonly cluster: string;
    readonly known: readonly string[];
    readonly problems?: readonly UnreadKubeconfig[] | undefined;
  };
  /** known only from kubeconfig files that an earlier job used and nobody names now */
  'cluster.notNamed': { readonly cluster: string; readonly files: readonly string[] };
  /** a file that cannot be read or parsed */
  'cluster.kubeconfig': { readonly file: string } & KubeconfigTrouble;
  'cluster.plugin': {
    readonly file: string;
    readonly command: string;
    readonly reason: 'missing' | 'start' | 'exit' | 'answer' | 'time' | 'unnamed';
    readonly exitCode?: number | undefined;
    readonly signal?: string | undefined;
    readonly code?: string | undefined;
  };
  /** DNS, refused, time-out */
  'cluster.unreachable': { readonly cluster: string; readonly server: string; readonly message: string };
  /** TLS says no */
  'cluster.untrusted': {
    readonly cluster: string;
    readonly server: string;
    readonly reason: 'authority' | 'expired' | 'early' | 'name' | 'client' | 'protocol';
    readonly code: string;
  };
  /** an answer longer than any of its kind is */
  'cluster.tooMuch': { readonly cluster: string; readonly path: string; readonly bytes: number };
  /** the token is not accepted, also after the file was read again */
  'cluster.unauthorized': { readonly cluster: string; readonly server: string };
  /** `missing` verbs and `user`: of pods/exec alone */
  'cluster.forbidden': {
    readonly cluster: string;
    readonly verb?: string | undefined;
    readonly resource?: string | undefined;
    readonly namespace?: string | undefined;
    readonly message: string;
    readonly missing?: readonly string[] | undefined;
    readonly user?: string | undefined;
    readonly reason?: string | undefined;
  };
  /** any other refusal */
  /** `path`: to what it gave an answer that is none */
  'cluster.api': {
    readonly cluster: string;
    readonly status: number | undefined;
    readonly message: string;
    readonly path?: string | undefined;
  };

  // exec
  /** the upgrade was refused */
  'exec.refused': { readonly status?: number | undefined; readonly message: string };
  /** the stream ended without its trailer */
  'exec.cut': { readonly bytes: number; readonly message: string; readonly stderr?: string | undefined };
  /** nothing was heard, not even the heartbeat */
  'exec.stalled': { readonly seconds: number };
  /** a short answer was asked for, and it did not end */
  'exec.tooMuch': { readonly bytes: number; readonly tool: string };
  /** what it answered is not what it answers */
  'exec.answer': {
    readonly tool: string;
    readonly message?: string | undefined;
    /** what it says something impossible of */
    readonly about?: string | undefined;
    readonly database?: string | undefined;
  };
  /** no sh in the container */
  'exec.noShell': { readonly message: string };
  /** the command ran to its end and said no */
  'exec.failed': {
    readonly exitCode: number;
    readonly stderr: string;
    readonly tool?: string | undefined;
    readonly database?: string | undefined;
    readonly sqlState?: string | undefined;
  };

  // pods and databases
  'pod.unknown': { readonly reference: string; readonly message: string; readonly unlisted?: boolean | undefined };
  /** no PostgreSQL answers in the pod */
  'pod.noServer': { readonly reference: string; readonly message: string };
  'pod.noTools': { readonly reference: string; readonly tool: string };
  /** it is there, and lets nobody in for now */
  'pod.busy': {
    readonly reference: string;
    readonly is: 'full' | 'starting' | 'stopping';
    readonly message: string;
  };
  /** no way in without a password we have */
  'pod.noLogin': { readonly reference: string; readonly message: string };
  'pod.noPrimary': {
    readonly reference: string;
    readonly pods: readonly string[];
    /** those that are called so: more than one is none */
    readonly primaries: readonly string[];
  };
  /** somebody holds a lock that is not given up */
  'lock.waited': {
    readonly table: string;
    readonly seconds: number;
    readonly holders: readonly LockHolder[];
    readonly database: string;
  };
  'database.unknown': { readonly reference: string; readonly database: string; readonly known: readonly string[] };
  'reference.invalid': {
    readonly text: string;
    /** a part that is not there */
    readonly empty?: 'cluster' | 'namespace' | 'pod' | 'database' | undefined;
    readonly names?: string | undefined;
    readonly wanted?: string | undefined;
  };
  /** it holds a zero byte */
  'name.invalid': { readonly name: string };

  // archives and backups
  'archive.damaged': ArchiveDamage & {
    readonly offset?: number | undefined;
    readonly entry?: EntryPlace | undefined;
  };
  /** not a custom-format archive (plain SQL, tar, something else) */
  'archive.foreign': ForeignFormat & {
    readonly file?: string | undefined;
    readonly entry?: string | undefined;
  };
  'archive.version': { readonly version: string };
  /** more than the editor takes in */
  'archive.tooLarge': { readonly entries: number } | { readonly megabytes: number };
  /** a role's name that is no text in the archive's encoding */
  'archive.roleName': { readonly entry: EntryPlace; readonly offset: number };
  /** more in one place than is read */
  'archive.limit': {
    readonly what: 'text' | 'entry' | 'contents';
    readonly size?: number | undefined;
    readonly most: number;
    readonly offset: number;
    readonly entry: EntryPlace;
  };
  /** one that only clients have */
  'archive.encoding': { readonly encoding: string; readonly offset: number };
  /** several fit: `fits` ids, `folders` of one id, `places`; `unproven`: the newest that `latest` does not choose */
  'backup.unknown': {
    readonly backup: string;
    readonly fits?: readonly string[] | undefined;
    readonly folders?: readonly string[] | undefined;
    readonly places?: readonly string[] | undefined;
    readonly unproven?: string | undefined;
  };
  /** does not match its manifest */
  'backup.damaged': BackupDamage & {
    readonly backup?: string | undefined;
    readonly offset?: number | undefined;
    readonly entry?: EntryPlace | undefined;
  };
  /** of a format that a later version writes */
  'backup.newer': { readonly backup?: string | undefined; readonly version: number };
  /** somebody keeps it from being deleted */
  'backup.held': { readonly backup: string; readonly owner: string; readonly reason: string; readonly time: string };
  /** a .partial folder */
  'backup.incomplete': { readonly backup: string };
  /** no folder for backups */
  'root.refused': { readonly root: string; readonly reason: 'workTree' | 'tracked' | 'writable' | 'untrusted' };
  /** somebody else could have put something into the folder of jobs and keys */
  'state.unsafe': {
    readonly folder: string;
    readonly reason: 'link' | 'notFolder' | 'owner' | 'writable' | 'workTree';
  };
  /** it would be written over, and is not ours */
  'file.foreign': { readonly file: string };
  /** not opened */
  'file.refused': {
    readonly file: string;
    readonly reason: 'link' | 'notFile' | 'tooLong' | 'outside' | 'owner' | 'replaced' | 'manyNames';
  };
  /** no key of a store, or one that would lead elsewhere */
  'store.key': { readonly key: string };
  'store.absent': { readonly key: string };
  /** what may be written once is there; until when the store keeps it */
  'store.exists': { readonly key: string; readonly until?: string | undefined };
  /** an S3 store, or the way to it, says no; `reason` is a `StoreTrouble` */
  'store.failed': {
    readonly name: string;
    readonly key?: string | undefined;
    readonly reason: string;
    readonly code: string;
    readonly status?: number | undefined;
  };
  /** no store has that name */
  'store.unknown': { readonly name: string; readonly known: readonly string[] };
  /** where a login should be there is none; nothing of what is there */
  'store.login': { readonly login: string; readonly reason: 'absent' | 'incomplete' | 'unreadable' };
  /** the list of stores cannot be read */
  'stores.damaged': { readonly file: string };
  /** the bytes ended before their end, or others stand in their place */
  'store.cut': {
    readonly name: string;
    readonly at?: number | undefined;
    readonly size?: number | undefined;
    readonly reason?: string | undefined;
  };

  // encryption; never what stands in an identity
  /** no age file any more; `offset` in the file, `at` in the plain text */
  'encrypted.damaged': {
    readonly name: string;
    readonly offset: number;
    readonly reason: string;
    readonly chunk?: number | undefined;
    readonly at?: number | undefined;
    readonly is?: number | undefined;
  };
  /** it is encrypted, and nobody named an identity */
  'encrypted.noIdentity': { readonly backup: string };
  /** no identity of those that are known opens it */
  'encrypted.locked': {
    readonly name: string;
    readonly reason: 'identity' | 'passphrase' | 'work';
    readonly kinds?: readonly string[] | undefined;
    readonly work?: number | undefined;
    readonly most?: number | undefined;
  };
  /** a file that holds no identity we know */
  'identity.unusable': { readonly file: string; readonly reason: string; readonly line?: number | undefined };
  /** nobody to encrypt for */
  'recipient.invalid': { readonly recipient?: string | undefined; readonly reason: string };
  /** none of the list, or more than one */
  'recipient.unknown': { readonly named: string };
  /** nothing is encrypted before there is a recovery key */
  'recovery.missing': NoData;
  /** the only recovery key, and others remain */
  'recovery.last': NoData;
  /** a secret is not written there */
  'secret.place': { readonly file: string; readonly reason: string };
  /** the folder of the backups cannot be read, or not written to */
  'root.unreadable': {
    readonly root: string;
    readonly message: string;
    readonly written?: boolean | undefined;
    readonly trouble?: string | undefined;
    readonly state?: boolean | undefined;
  };
  /** preflight blocks */
  'backup.refused': { readonly findings: readonly Finding[] };
  /** here; before it is so, or where the system said so */
  'disk.full':
    { readonly folder: string; readonly free: number; readonly needed: number } | { readonly message: string };
  'disk.targetFull': {
    readonly reference: string;
    readonly free: number;
    readonly needed: number;
  } & Rights;

  // restore
  /** preflight blocks */
  'restore.refused': { readonly findings: readonly Finding[] };
  /** the target refuses a part of the archive; nothing changed */
  'restore.cannotMake': { readonly failures: readonly FailureFacts[]; readonly count: number } & Rights;
  /** went on without a part, and that was not accepted for a database that is replaced */
  'restore.missing': { readonly differences: readonly DifferenceFacts[]; readonly database: string } & Rights;
  /** the restored rows are not the backup's */
  'restore.differs': { readonly differences: readonly DifferenceFacts[] } & Rights;
  /** the exchange of names gave up; nothing changed */
  'restore.swap': {
    /** as the server says; or, where a database is gone, its OID */
    readonly reason?: string | undefined;
    readonly gone?: number | undefined;
    readonly database?: string | undefined;
    readonly holders?: readonly SessionFacts[] | undefined;
  } & Rights;
  /** the server refused a part of it; rolled back, nothing changed */
  'restore.inPlace': {
    readonly reason: string;
    readonly database: string;
    readonly job: string;
    readonly holders?: readonly LockHolder[] | undefined;
  } & Rights;
  /** the connection went with the COMMIT; `unforeseen`: what went there is not known either */
  'restore.unknown': {
    readonly database?: string | undefined;
    readonly job?: string | undefined;
    readonly unforeseen?: boolean | undefined;
    readonly message?: string | undefined;
  };
  /** the file that says who is told; `at`: which field, never its content */
  'notify.config': {
    readonly file: string;
    readonly at: string;
    /** clear: mail would go over a network without TLS; channel: `at` is one that is sent to and is not there */
    readonly why?: 'clear' | 'channel' | undefined;
  };
  /** a secret of a channel is not where the file says */
  'notify.secret': { readonly name: string };
  'notify.template': { readonly file: string; readonly message: string };
  /** a record of the audit trail could not be written: what was to be done is not */
  'audit.unwritable': { readonly trail: string; readonly code: string; readonly message: string };
  /** the last record of the audit trail is none */
  'audit.broken': { readonly trail: string; readonly key: string };
  /** somebody is in the side database and stays, so that nothing would be proven of it */
  'prepare.entered': {
    readonly database: string;
    readonly sessions?: number | undefined;
    readonly transactions?: number | undefined;
  };
  /** nothing prepared waits there; `by`: the job that took it, `how`: what it did */
  'prepare.nothing': {
    readonly reference: string;
    readonly job?: string | undefined;
    readonly by?: string | undefined;
    readonly how?: 'swapped' | 'discarded' | 'gone' | undefined;
  };
  /** more than one waits for the same name */
  'prepare.several': { readonly reference: string; readonly jobs: readonly string[] };
  /** what is there only says that it was prepared */
  'prepare.claimed': {
    readonly reference: string;
    readonly databases: readonly { readonly name: string; readonly owner: string; readonly job: string }[];
  };
  /** nothing to undo or release; `before`: the backup that a restore in place took */
  'restore.nothingKept': { readonly reference: string; readonly before?: string | undefined };
  /** replication slots would go with a kept database; `active` ones keep it */
  'release.slots': {
    readonly databases: readonly string[];
    readonly slots: readonly string[];
    readonly active?: readonly string[] | undefined;
  };
  /** what is there only says that it was kept */
  'restore.claimed': {
    readonly reference: string;
    readonly database: string;
    readonly databases: readonly KeptFacts[];
  };
  /** another job works on it */
  'target.busy': { readonly reference: string; readonly job?: string | undefined };
  /** it was held for this job, and is not any more: another job has it, or may have */
  'target.lost': { readonly reference: string; readonly job?: string | undefined };

  // dumps of others
  /** a dump holds no database of that name */
  'import.unknown': { readonly databases: readonly string[]; readonly known: readonly string[] };
  /** none of its statements could be done; the first of them */
  'import.nothing': {
    readonly database: string;
    readonly notLoaded: readonly NotLoadedFacts[];
    readonly count: number;
  };

  // masking
  /** a file of rules that says something else than rules */
  'mask.rules': {
    readonly problems: readonly {
      readonly line: number;
      readonly column: number;
      readonly reason: string;
      readonly what: string;
    }[];
    readonly file?: string | undefined;
  };
  /** what the rules leave open, or what cannot be done; nothing was written */
  'mask.refused': { readonly findings: readonly Finding[] };
  /** a value that cannot be masked */
  'mask.value': { readonly table: string; readonly column: string; readonly reason: string };

  // policies
  /** a policy that says something else than a policy; lines and columns count from 1 */
  'policy.invalid': {
    readonly problems: readonly {
      readonly line: number;
      readonly column: number;
      readonly reason: string;
      readonly what: string;
      readonly message?: string | undefined;
    }[];
    readonly file?: string | undefined;
  };
  /** it has a policy, which may not be read */
  'policy.unreadable': { readonly cluster: string };
  'approval.unknown': { readonly request: string };
  /** it is there, and `at` says which of its fields is not as a request has it; '' for all of it */
  'approval.unreadable': { readonly request: string; readonly at: string };
  /** a request that does not allow it, or of which nothing is left to decide; nothing was changed */
  'approval.refused': { readonly request: string; readonly reason: string };
  /** the cluster keeps no requests: there is nothing to look after */
  'steward.none': { readonly cluster: string };
  /** rights of that namespace may not be read or removed with this login: those that are over stand */
  'steward.blind': { readonly namespace: string };
  /** it is planned for later; UTC ISO 8601 */
  'policy.early': { readonly notBefore: string };
  /** a policy forbids it, or asks for something that is missing; nothing was changed */
  'policy.refused': { readonly findings: readonly Finding[] };

  // jobs
  'job.unknown': { readonly job: string; readonly fits?: readonly string[] | undefined };
  /** it still works, or left something that is found by its folder */
  'job.needed': { readonly job: string; readonly state: string };
  /** the field of a request that is not as it should be; '' for all of it */
  'request.invalid': { readonly at?: string | undefined };
  /** it was written by a later version */
  'request.newer': { readonly schema: number };
  /** it is not the one that the job was made with: digests */
  'request.changed': { readonly is: string; readonly digest: string };
  /** there is no such schedule; those that there are */
  'schedule.unknown': { readonly schedule: string; readonly known: readonly string[] };
  /** its slots pass until then */
  'schedule.paused': { readonly until: string };
  /** it failed so often in a row that it is left alone until then */
  'schedule.breaker': { readonly failures: number; readonly until: string };
  /** no backup of that database is in the catalog that somebody whom we trust signed */
  'drill.noBackup': { readonly reference: string; readonly root: string };
  /** questions that gave no answer: with the SQLSTATE */
  'drill.checks': { readonly checks: readonly { readonly name: string; readonly sqlState?: string | undefined }[] };
  /** the server lets a role that may less by no way in: nothing could be asked */
  'drill.noAsker': NoData;
  /** all rows are there; the server is of another major, and words definitions otherwise */
  'drill.otherMajor': { readonly differences: number };
  /** nobody deployed what runs jobs there */
  'runner.absent': { readonly cluster: string; readonly namespace: string };
  /** what says how jobs run there cannot be read: the field */
  'runner.settings': { readonly cluster: string; readonly namespace: string; readonly at: string };
  /** its process is gone without a last event */
  'job.interrupted': {
    readonly job: string;
    readonly phase?: string | undefined;
    /** why a pod of it ended, as Kubernetes says */
    readonly reason?: string | undefined;
    readonly message?: string | undefined;
  };
  /** a job or a backup has no report (yet) */
  'report.none': { readonly of: string };
  /** of a job: what it was, and whether something of it may have stayed */
  cancelled: {
    readonly job?: string | undefined;
    readonly kind?: string | undefined;
    readonly left?: boolean | undefined;
  };
  /** what is not understood, or options that do not go together: a rule, with its facts */
  usage:
    | { readonly message: string; readonly command?: string | undefined; readonly meant?: string | undefined }
    | {
        [R in UsageRule]: { readonly rule: R; readonly command?: string | undefined } & (UsageRules[R] extends NoData
          ? unknown
          : UsageRules[R]);
      }[UsageRule];
  /** `log`: the file of a job that says more */
  internal: { readonly message: string; readonly log?: string | undefined };
}

/** A kubeconfig file that says nothing. */
type UnreadKubeconfig = { readonly file: string } & KubeconfigTrouble;

export type ErrorCode = keyof ErrorData;

/** The facts that errors have, whichever it is: what one of them calls so, the others do not call otherwise. */
export type AnyFacts = { readonly [K in KeyOf<ErrorData[ErrorCode]>]?: Fact<ErrorData[ErrorCode], K> | undefined };

/** The names of the facts that any of the shapes of `D` has. */
export type KeyOf<D> = D extends unknown ? (string extends keyof D ? never : keyof D & string) : never;

type Fact<D, K extends string> = D extends { readonly [k in K]?: infer V }
  ? string extends keyof D
    ? never
    : V
  : never;
