/**
 * The one kind of error the core throws. A code says what happened, data says where; the words for people live
 * in `src/words`, what to do about it with each host. Recognise it with `isAppError`, never with `instanceof`: bundles differ.
 */
export class AppError extends Error {
  override readonly name = 'AppError';
  constructor(
    readonly code: ErrorCode,
    /** Facts for the words: names, numbers, the server's own message. Never a secret. */
    readonly data: Readonly<Record<string, unknown>> = {},
    options?: { cause?: unknown },
  ) {
    super(`${code} ${JSON.stringify(data)}`, options);
  }
}

/** Every way the core can fail. A new code needs words (`src/words/errors`); a test holds them together. */
export const errorCodes = [
  // the API server
  'cluster.none', // { problems?: string[] }: no kubeconfig holds a usable context; the files that could not be read
  'cluster.unknown', // { cluster, known: string[], problems?: string[] }
  'cluster.notNamed', // { cluster, files }: known only from kubeconfig files that an earlier job used and nobody names now
  'cluster.kubeconfig', // { file, message }: a file that cannot be read or parsed
  'cluster.plugin', // { file, command, reason: 'missing' | 'start' | 'exit' | 'answer' | 'time' | 'unnamed', exitCode?, signal?, code? }
  'cluster.unreachable', // { cluster, server, message }: DNS, refused, time-out
  'cluster.untrusted', // { cluster, server, reason: 'authority' | 'expired' | 'early' | 'name' | 'client' | 'protocol', code }: TLS says no
  'cluster.tooMuch', // { cluster, path, bytes }: an answer longer than any of its kind is
  'cluster.unauthorized', // { cluster, server }: the token is not accepted, also after the file was read again
  'cluster.forbidden', // { cluster, verb, resource, namespace?, message, missing?: verbs, user? }: the last two of pods/exec
  'cluster.api', // { cluster, status, message }: any other refusal
  // exec
  'exec.refused', // { status, message }: the upgrade was refused
  'exec.cut', // { bytes, message }: the stream ended without its trailer
  'exec.stalled', // { seconds }: nothing was heard, not even the heartbeat
  'exec.tooMuch', // { bytes, tool }: a short answer was asked for, and it did not end
  'exec.answer', // { tool, message }: what it answered is not what it answers
  'exec.noShell', // { message }: no sh in the container
  'exec.failed', // { exitCode, stderr, tool, sqlState? }: the command ran to its end and said no
  // pods and databases
  'pod.unknown', // { reference, message }
  'pod.noServer', // { reference, message }: no PostgreSQL answers in the pod
  'pod.noTools', // { reference, tool }
  'pod.busy', // { reference, is: full | starting | stopping, message }: it is there, and lets nobody in for now
  'pod.noLogin', // { reference, message }: no way in without a password we have
  'pod.noPrimary', // { reference, pods }
  'lock.waited', // { table, seconds, holders: LockHolder[], database }: somebody holds a lock that is not given up
  'database.unknown', // { reference, database, known }
  'reference.invalid', // { text, message }
  'name.invalid', // { name }: it holds a zero byte
  // archives and backups
  'archive.damaged', // { offset, reason, entry? }
  'archive.foreign', // { reason, way?, tool? }: not a custom-format archive (plain SQL, tar, something else)
  'archive.version', // { version }
  'archive.tooLarge', // { entries } or { megabytes }: more than the editor takes in
  'archive.roleName', // { entry, offset }: a role's name that is no text in the archive's encoding
  'archive.limit', // { what: 'text' | 'entry' | 'contents', size?, most, offset, entry }: more in one place than is read
  'archive.encoding', // { encoding, offset, reason }: one that only clients have
  'backup.unknown', // { backup }; several fit: { fits } ids, { folders } of one id, { places }; { unproven }: the newest that `latest` does not choose
  'backup.damaged', // { backup, reason, offset? }: does not match its manifest
  'backup.newer', // { backup?, version }: of a format that a later version writes
  'backup.held', // { backup, owner, reason, time }: somebody keeps it from being deleted
  'backup.incomplete', // { backup }: a .partial folder
  'root.refused', // { root, reason: 'workTree' | 'tracked' | 'writable' | 'untrusted' }: no folder for backups
  'state.unsafe', // { folder, reason }: somebody else could have put something into the folder of jobs and keys
  'file.foreign', // { file }: it would be written over, and is not ours
  'file.refused', // { file, reason }: a link, a pipe, a device, too long, outside of its root: not opened
  'store.key', // { key }: no key of a store, or one that would lead elsewhere
  'store.absent', // { key }
  'store.exists', // { key, until? }: what may be written once is there; until when the store keeps it
  'store.failed', // { name, key?, reason: StoreTrouble, code, status? }: an S3 store, or the way to it, says no
  'store.cut', // { name, at?, size?, reason? }: the bytes ended before their end, or others stand in their place
  // encryption; never what stands in an identity
  'encrypted.damaged', // { name, offset, reason, chunk?, at?, is? }: no age file any more; bytes of the file, bytes of the plain text
  'encrypted.noIdentity', // { backup }: it is encrypted, and nobody named an identity
  'encrypted.locked', // { name, reason: 'identity' | 'passphrase' | 'work', kinds?, work?, most? }: no identity of those that are known opens it
  'identity.unusable', // { file, reason, line? }: a file that holds no identity we know
  'recipient.invalid', // { recipient?, reason }: nobody to encrypt for
  'recipient.unknown', // { named }: none of the list, or more than one
  'recovery.missing', // nothing is encrypted before there is a recovery key
  'recovery.last', // the only recovery key, and others remain
  'secret.place', // { file, reason }: a secret is not written there
  'root.unreadable', // { root, message, written?, trouble? }: the folder of the backups cannot be read, or not written to
  'backup.refused', // { findings }: preflight blocks
  'disk.full', // { folder, free, needed } before it is so, { message } where the system said so: here
  'disk.targetFull', // { reference, free, needed }
  // restore
  'restore.refused', // { findings }: preflight blocks
  'restore.cannotMake', // { failures, count }: the target refuses a part of the archive; nothing changed
  'restore.missing', // { differences, database }: went on without a part, and that was not accepted for a database that is replaced
  'restore.differs', // { differences }: the restored rows are not the backup's
  'restore.swap', // { reason, holders? }: the exchange of names gave up; nothing changed
  'restore.inPlace', // { reason, database, job }: the server refused a part of it; rolled back, nothing changed
  'restore.unknown', // { database, job }: the connection went with the COMMIT; { unforeseen, message, job }: what went there is not known either
  'restore.nothingKept', // { reference, before? }: nothing to undo or release; `before`: the backup that a restore in place took
  'release.slots', // { databases, slots, active? }: replication slots would go with a kept database; `active` ones keep it
  'restore.claimed', // { reference, database, databases: { name, owner, bytes?, made?, job }[] }: what is there only says that it was kept
  'target.busy', // { reference, job }: another job works on it
  // masking
  'mask.rules', // { problems: { line, column, reason, what }[], file? }: a file of rules that says something else than rules
  'mask.refused', // { findings }: what the rules leave open, or what cannot be done; nothing was written
  'mask.value', // { table, column, reason }: a value that cannot be masked
  // jobs
  'job.unknown', // { job, fits? }
  'job.needed', // { job, state }: it still works, or left something that is found by its folder
  'request.invalid', // { at }: the field of a request that is not as it should be
  'request.newer', // { schema }: it was written by a later version
  'job.interrupted', // { job }: its process is gone without a last event
  'report.none', // { of }: a job or a backup has no report (yet)
  'cancelled',
  'usage', // { message, command?, meant? }, or { rule, ... }: options that do not go together
  'internal', // { message }
] as const;

export type ErrorCode = (typeof errorCodes)[number];

/** True for an `AppError`, from whichever bundle; with `code`, only for that code. */
export function isAppError(error: unknown, code?: ErrorCode): error is AppError {
  return (
    error instanceof Error &&
    error.name === 'AppError' &&
    'code' in error &&
    (code === undefined || error.code === code)
  );
}

/** Any thrown thing as an `AppError`: aborts become `cancelled`, a full disk `disk.full`, the unforeseen `internal`; its cause is kept. */
export function toAppError(error: unknown): AppError {
  if (isAppError(error)) return error;
  if (error instanceof Error && error.name === 'AbortError') return new AppError('cancelled', {}, { cause: error });
  if (isErrno(error, ['ENOSPC', 'EDQUOT']))
    return new AppError('disk.full', { message: error.message }, { cause: error });
  // what was mounted for reading only while we wrote
  if (isErrno(error, ['EROFS'])) {
    const data = { root: error.path ?? '?', message: error.message, written: true, trouble: 'readOnly' };
    return new AppError('root.unreadable', data, { cause: error });
  }
  return new AppError(
    'internal',
    { message: error instanceof Error ? error.message : String(error) },
    { cause: error },
  );
}

/** The error that began it: an abort's reason rather than what the abort caused. */
export function reasonOf(error: unknown, signal: AbortSignal): AppError {
  if (!signal.aborted) return toAppError(error);
  return isAppError(signal.reason) ? signal.reason : new AppError('cancelled', {}, { cause: error });
}

/** True for an error of the operating system with one of these codes (errno(3)). */
export function isErrno(error: unknown, codes: readonly string[]): error is NodeJS.ErrnoException {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code));
}
