import { createHash } from 'node:crypto';
import * as v from 'valibot';
import { parseJson, type JsonObject } from '../base/json';
import { canonical } from '../state/canonical';

/** Who did something, as far as this side knows. */
export interface AuditActor {
  readonly user: string;
  readonly groups?: readonly string[];
  /** `job`, `terminal`, `editor` */
  readonly via: string;
}

/** What was asked for. */
export interface AuditRequest {
  /** the job's id, where it was one */
  readonly job?: string;
  /** SHA-256 of the job's request in its canonical form */
  readonly digest?: string;
  readonly reason?: string;
  readonly approval?: string;
}

/** What somebody wants to have written down. */
export interface AuditEntry {
  /** `<kind>.intent` before it is done, `<kind>.outcome` after; `trail.opened`, `trail.heartbeat` */
  readonly type: string;
  readonly actor: AuditActor;
  readonly request?: AuditRequest;
  readonly backup?: { readonly id: string; readonly sha256?: string };
  /** the place that is changed, or read where none is changed, as a reference */
  readonly target?: string;
  /** of an outcome: how it ended, as results say it */
  readonly outcome?: string;
  /** of an outcome: the `seq` of its intent; what else there is to say. Never a secret, never a row */
  readonly details?: JsonObject;
}

/** One record of a trail. */
export interface AuditRecord extends AuditEntry {
  readonly schema: 1;
  /** the trail's own id: a record is of one trail */
  readonly trail: string;
  /** from 1, without a gap */
  readonly seq: number;
  /** UTC ISO 8601 */
  readonly time: string;
  /** SHA-256 of the record before, as hexadecimal digits; of the first one 64 zeros */
  readonly prev: string;
}

/** What stands before the first record. */
export const noRecord = '0'.repeat(64);

/** A record as it is written: RFC 8785, and a line end. Its digest is what `sha256sum` says of the file. Throws for what JSON cannot say. */
export function recordText(record: AuditRecord): string {
  return `${canonical(record)}\n`;
}

/** The SHA-256 of a record's text, as hexadecimal digits. */
export function digestOf(text: string | Buffer): string {
  return createHash('sha256').update(text).digest('hex');
}

/** bytes of one record; longer details are left out, and that is said */
export const longestRecord = 64 * 1024;

const hex = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/));
const optionalText = v.exactOptional(v.string());

const form: v.GenericSchema<unknown, AuditRecord> = v.object({
  schema: v.literal(1),
  trail: v.string(),
  seq: v.pipe(v.number(), v.integer(), v.minValue(1)),
  time: v.pipe(v.string(), v.isoTimestamp()),
  prev: hex,
  type: v.pipe(v.string(), v.maxLength(100)),
  actor: v.object({ user: v.string(), groups: v.exactOptional(v.array(v.string())), via: v.string() }),
  request: v.exactOptional(
    v.object({ job: optionalText, digest: optionalText, reason: optionalText, approval: optionalText }),
  ),
  backup: v.exactOptional(v.object({ id: v.string(), sha256: optionalText })),
  target: optionalText,
  outcome: optionalText,
  details: v.exactOptional(v.record(v.string(), v.unknown())),
});

/** A record as it was read; undefined for what is none, or not in its canonical form. Pure. */
export function parseRecord(text: string): AuditRecord | undefined {
  const read = v.safeParse(form, parseJson(text));
  if (!read.success) return undefined;
  try {
    return recordText(read.output) === text ? read.output : undefined;
  } catch {
    return undefined;
  }
}
