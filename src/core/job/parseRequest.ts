import * as v from 'valibot';
import { isBucketRoot } from '../catalog/namedStores';
import type { BackupOptions } from '../backup/options';
import { defined } from '../base/defined';
import { AppError, isAppError } from '../base/errors';
import { parseDatabaseReference, parseReference, type PodReference } from '../cluster/reference';
import { checkLimits } from '../restore/check/checks';
import { checkForm } from '../restore/check/readChecks';
import type { RestoreOptions } from '../restore/options';
import { inNamedStore } from '../store/layout';
import {
  parseBackupRef,
  parseSide,
  type CopyOptions,
  type JobRef,
  type JobRequest,
  type JobWork,
  type RequestFrame,
} from './request';

/**
 * A request as it was read. The command line, the editor's jobs, the job's own process and whatever writes a request to a file are all held to this. Of schema 2 what is not
 * known is refused, since it would not be done; what 0.1.0 wrote (no schema) is read as what it means. Throws `request.invalid` { at }: which field, never its content;
 * `request.newer` { schema }.
 */
export function parseRequest(value: unknown): JobRequest {
  const version = v.safeParse(v.looseObject({ schema: v.optional(v.number(), 1) }), value);
  const schema = version.success ? version.output.schema : 0;
  if (schema > 2) throw new AppError('request.newer', { schema });
  if (schema === 1) return fromSchema1(value);
  const read = v.safeParse(request2, value);
  if (read.success) return read.output;
  throw new AppError('request.invalid', { at: fieldOf(read.issues) });
}

/** Which field is not as it should be. */
function fieldOf([issue]: readonly [v.BaseIssue<unknown>, ...v.BaseIssue<unknown>[]]): string {
  return v.getDotPath(issue) ?? '';
}

/** What is in a request that is text, and is no name of anything: long enough for people. */
const text = v.pipe(v.string(), v.maxLength(10_000));
/** A name or a path; none of those holds a zero byte. */
const name = v.pipe(
  v.string(),
  v.minLength(1),
  v.maxLength(10_000),
  v.check((one) => !one.includes('\0')),
);
const part = v.pipe(
  name,
  v.check((one) => !one.includes('/')),
);
const pod = v.strictObject({ cluster: part, namespace: part, pod: part });
const database = v.strictObject({ cluster: part, namespace: part, pod: part, database: name });
const absolute = v.pipe(name, v.startsWith('/'));
/** a folder, or a bucket */
const root = v.union([absolute, v.pipe(name, v.check(isBucketRoot))]);
const backup = v.union([
  v.strictObject({ id: part }),
  v.strictObject({
    path: v.union([
      absolute,
      v.pipe(
        name,
        v.check((one) => inNamedStore(one) !== undefined),
      ),
    ]),
  }),
]);
const job = v.strictObject({ job: part });
const flag = v.exactOptional(v.boolean());
const meant = v.exactOptional(
  v.array(v.strictObject({ name, oid: v.exactOptional(v.number()), confirmed: v.boolean() })),
);
const gentle = v.exactOptional(v.number());
const confirmed = v.exactOptional(name);

/** a file of rules is longer than other texts, and has a limit of its own */
const mask = v.exactOptional(
  v.strictObject({ rules: v.pipe(v.string(), v.maxLength(1 << 20)), key: v.exactOptional(name) }),
);

const backupOptions = {
  to: v.exactOptional(root),
  ...{ compress: v.exactOptional(text), count: flag, gentle, encrypt: flag, mask },
};
const restoreOptions = {
  as: v.exactOptional(v.picklist(['new', 'replace'])),
  ...{ noOwner: flag, noPrivileges: flag, noTablespaces: flag, goOn: flag, acceptMissing: flag },
  ...{ createRoles: flag, trustSettings: flag, trustArchive: flag, mapRoles: v.exactOptional(v.record(name, name)) },
  ...{ streams: v.exactOptional(v.number()), gentle, inPlace: flag, prepare: flag },
};
const copyOptions = {
  ...restoreOptions,
  compress: v.exactOptional(text),
  count: flag,
  keep: flag,
  pipeline: flag,
  encrypt: flag,
  mask,
};

const frame = {
  schema: v.literal(2),
  kubeconfigs: v.array(absolute),
  root,
  about: v.exactOptional(v.strictObject({ place: v.exactOptional(text), snapshot: v.exactOptional(text) })),
  asked: v.strictObject({
    ...{ by: text, reason: v.exactOptional(text), approval: v.exactOptional(text), ticket: v.exactOptional(text) },
    ...{ emergency: flag, notBefore: v.exactOptional(v.pipe(v.string(), v.isoTimestamp())) },
  }),
};

/** The form of schema 2; that it is that of the types is checked by the compiler. */
const request2: v.GenericSchema<unknown, JobRequest> = v.variant('kind', [
  v.strictObject({ ...frame, kind: v.literal('backup'), source: database, options: v.strictObject(backupOptions) }),
  v.strictObject({
    ...{ ...frame, kind: v.literal('restore'), confirmed, backup, target: database },
    options: v.strictObject(restoreOptions),
  }),
  v.strictObject({
    ...{ ...frame, kind: v.literal('copy'), confirmed, source: database, target: database },
    options: v.strictObject(copyOptions),
  }),
  v.strictObject({
    ...{ ...frame, kind: v.literal('verify'), backup, deep: v.exactOptional(pod) },
    options: v.strictObject({ gentle, trustArchive: flag }),
  }),
  v.strictObject({
    ...{ ...frame, kind: v.literal('drill'), into: pod },
    backup: v.union([backup, v.strictObject({ of: database, pick: v.picklist(['newest', 'random', 'oldest']) })]),
    checks: v.exactOptional(v.pipe(v.array(checkForm), v.maxLength(checkLimits.checks))),
    options: v.strictObject({ gentle, trustArchive: flag }),
  }),
  v.strictObject({
    ...{ ...frame, kind: v.literal('diff'), left: v.union([backup, database]), right: v.union([backup, database]) },
    options: v.strictObject({ gentle }),
  }),
  v.strictObject({
    ...{ ...frame, kind: v.literal('undo'), confirmed, of: v.union([job, database]) },
    options: v.strictObject({ only: meant }),
  }),
  v.strictObject({
    ...{ ...frame, kind: v.literal('release'), confirmed, of: v.union([job, database]) },
    options: v.strictObject({ only: meant, dropSlots: flag }),
  }),
  v.strictObject({
    ...{ ...frame, kind: v.literal('swap'), confirmed, of: v.union([job, database]) },
    options: v.strictObject({ acceptChanges: flag }),
  }),
  v.strictObject({
    ...{ ...frame, kind: v.literal('discard'), of: v.union([job, database]) },
    options: v.strictObject({}),
  }),
  v.strictObject({
    ...{ ...frame, kind: v.literal('clean'), of: v.exactOptional(v.union([job, pod])) },
    options: v.strictObject({ only: meant, forget: flag }),
  }),
  v.strictObject({
    ...{ ...frame, kind: v.literal('import'), file: absolute, into: pod },
    options: v.strictObject({
      ...{ compress: v.exactOptional(text), encrypt: flag, gentle, createRoles: flag },
      databases: v.exactOptional(v.array(name)),
    }),
  }),
]);

/** What 0.1.0 wrote: operands as texts in the order of the command line, and one bag of options for all kinds. */
const request1 = v.looseObject({
  kind: v.picklist(['backup', 'restore', 'copy', 'verify', 'diff', 'undo', 'release', 'clean']),
  operands: v.array(name),
  options: v.looseObject({
    ...backupOptions,
    ...copyOptions,
    deep: v.exactOptional(name),
    dropSlots: flag,
    only: meant,
    forget: flag,
  }),
  kubeconfigs: v.array(text),
  root: name,
  about: v.exactOptional(v.looseObject({ place: v.exactOptional(text), snapshot: v.exactOptional(text) })),
  asked: v.looseObject({ by: text, reason: v.exactOptional(text), approval: v.exactOptional(text) }),
});

type Request1 = v.InferOutput<typeof request1>;

function fromSchema1(value: unknown): JobRequest {
  const read = v.safeParse(request1, value);
  if (!read.success) throw new AppError('request.invalid', { at: fieldOf(read.issues) });
  const { kubeconfigs, root, about, asked } = read.output;
  const { by, reason, approval } = asked;
  const before: RequestFrame = {
    ...{ schema: 2, kubeconfigs, root, asked: defined({ by, reason, approval }) },
    ...(about === undefined ? {} : { about: defined({ place: about.place, snapshot: about.snapshot }) }),
  };
  try {
    return { ...workOf(read.output), ...before };
  } catch (error) {
    if (isAppError(error, 'reference.invalid')) throw new AppError('request.invalid', { at: 'operands' });
    throw error;
  }
}

function workOf({ kind, operands, options }: Request1): JobWork {
  const [first = '', second = ''] = operands;
  const { gentle, only, dropSlots, forget } = options;
  switch (kind) {
    case 'backup':
      return { kind, source: parseDatabaseReference(first), options: backupPart(options) };
    case 'restore':
      return {
        kind,
        backup: parseBackupRef(first),
        target: parseDatabaseReference(second),
        options: restorePart(options),
      };
    case 'copy':
      return {
        kind,
        source: parseDatabaseReference(first),
        target: parseDatabaseReference(second),
        options: copyPart(options),
      };
    case 'verify':
      return {
        ...{ kind, backup: parseBackupRef(first), options: defined({ gentle }) },
        ...(options.deep === undefined ? {} : { deep: podIn(options.deep) }),
      };
    case 'diff':
      return { kind, left: parseSide(first), right: parseSide(second), options: defined({ gentle }) };
    case 'undo':
      return { kind, of: jobOr(first, parseDatabaseReference), options: defined({ only }) };
    case 'release':
      return { kind, of: jobOr(first, parseDatabaseReference), options: defined({ only, dropSlots }) };
    case 'clean':
      return {
        ...{ kind, options: defined({ only, forget }) },
        ...(first === '' ? {} : { of: jobOr(first, podIn) }),
      };
  }
}

function backupPart({ to, compress, count, gentle }: Request1['options']): BackupOptions {
  return defined({ to, compress, count, gentle });
}

function restorePart(options: Request1['options']): RestoreOptions {
  const { as, noOwner, noPrivileges, noTablespaces, goOn, acceptMissing, createRoles } = options;
  const { trustSettings, mapRoles, streams, gentle, inPlace } = options;
  const left = { as, noOwner, noPrivileges, noTablespaces, goOn, acceptMissing };
  return defined({ ...left, createRoles, trustSettings, mapRoles, streams, gentle, inPlace });
}

function copyPart(options: Request1['options']): CopyOptions {
  const { compress, count, keep } = options;
  return { ...restorePart(options), ...defined({ compress, count, keep }) };
}

function jobOr<Place extends PodReference>(operand: string, parse: (text: string) => Place): JobRef | Place {
  return operand.includes('/') ? parse(operand) : { job: operand };
}

/** A pod, also where the database in it was named. */
function podIn(operand: string): PodReference {
  const { cluster, namespace, pod: named } = parseReference(operand);
  if (namespace !== undefined && named !== undefined) return { cluster, namespace, pod: named };
  throw new AppError('reference.invalid', { text: operand });
}
