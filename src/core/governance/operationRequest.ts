import { createHash, randomBytes } from 'node:crypto';
import * as v from 'valibot';
import { AppError } from '../base/errors';
import { asRecord, parseJson } from '../base/json';
import { canonical } from '../state/canonical';

const lastStates = ['Done', 'DoneWithDifferences', 'Failed', 'Denied', 'Withdrawn', 'TimedOut', 'Expired'] as const;

/** The states of a request. */
export const requestStates = [...(['Pending', 'Approved', 'Running', 'ReviewDue'] as const), ...lastStates] as const;

/** Those after which nothing comes of it. */
export const finalStates: ReadonlySet<string> = new Set(lastStates);

export type RequestState = (typeof requestStates)[number];

/** As long as the cluster's schema lets it be; that counts characters, which have up to two units here. */
const atMost = (characters: number): v.GenericSchema<string> => v.pipe(v.string(), v.maxLength(2 * characters));
const text = atMost(500);
const moment = v.pipe(v.string(), v.maxLength(40), v.isoTimestamp());
const people = v.pipe(v.array(atMost(300)), v.maxLength(50));

/** Of what was found: how many findings a request has at most, and how long one may be as JSON. */
export const mostFindings = 200;
export const mostFindingData = 4000;
export const mostWork = 100_000;
export const mostReason = 2000;
const mostDecisions = 20;
export const mostNotices = 200;
export const mostAnchors = 20;

const spec = v.looseObject({
  operation: text,
  target: v.looseObject({ workload: text, database: text }),
  digest: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/)),
  work: v.optional(atMost(mostWork)),
  class: text,
  policyDigest: v.optional(text),
  approvals: v.pipe(v.number(), v.integer(), v.minValue(0)),
  reason: v.optional(atMost(mostReason)),
  ticket: v.optional(text),
  requestedBy: text,
  notBefore: v.optional(moment),
  waitsUntil: v.optional(moment),
  validMinutes: v.pipe(v.number(), v.integer(), v.minValue(1)),
  masked: v.optional(v.boolean()),
  emergency: v.boolean(),
  expectedSeconds: v.optional(v.number()),
  /** what it is restored from, and what is lost by it, as it was when it was asked for */
  source: v.optional(
    v.looseObject({
      what: v.optional(atMost(1000)),
      sha256: v.optional(text),
      snapshot: v.optional(text),
      drilled: v.optional(text),
    }),
  ),
  replaces: v.optional(v.looseObject({ bytes: v.optional(v.number()), lastWrite: v.optional(text) })),
  /** what was found when it was asked for */
  findings: v.optional(
    v.pipe(
      v.array(
        v.looseObject({
          level: text,
          code: text,
          data: v.optional(
            v.pipe(
              v.looseObject({}),
              v.check((data) => JSON.stringify(data).length <= mostFindingData),
            ),
            {},
          ),
        }),
      ),
      v.maxLength(mostFindings),
    ),
  ),
  /** what the policy's rule said of it then */
  approvers: v.optional(people),
  fallback: v.optional(people),
  escalateAfterMinutes: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1))),
  reviewWithinHours: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1))),
});

const decision = v.looseObject({
  by: text,
  decision: v.picklist(['approve', 'deny']),
  digest: text,
  at: moment,
  reason: v.optional(atMost(mostReason)),
});

/** Who was told of what: written down before it is sent, and after it was taken. */
const notice = v.looseObject({
  event: text,
  channel: text,
  at: moment,
  state: v.picklist(['intended', 'accepted', 'refused']),
  by: v.optional(text),
  answer: v.optional(text),
  /** without it none: what is read is written back as it was, for the cluster holds it to that */
  tries: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0))),
});

const status = v.looseObject({
  state: v.optional(v.picklist(requestStates), 'Pending'),
  approvals: v.optional(v.pipe(v.array(decision), v.maxLength(mostDecisions)), []),
  review: v.optional(v.looseObject({ by: text, at: moment, reason: v.optional(atMost(mostReason)) })),
  /** when a job began by it, and ended */
  run: v.optional(v.looseObject({ began: v.optional(moment), ended: v.optional(moment) })),
  /** nobody answered in time, and those who stand behind them may decide since */
  escalated: v.optional(v.looseObject({ by: text, at: moment })),
  /** who was told of it, by which channel, and whether that took it */
  notices: v.optional(v.pipe(v.array(notice), v.maxLength(mostNotices))),
  /** lines that say how far the audit trail of who worked by it had come */
  anchors: v.optional(v.pipe(v.array(text), v.maxLength(mostAnchors))),
});

/** An OperationRequest, as a cluster or a root keeps it. */
const operationRequest = v.looseObject({
  metadata: v.looseObject({ name: text, namespace: v.optional(text), creationTimestamp: moment }),
  spec,
  status: v.optional(status, { state: 'Pending', approvals: [] }),
});

export type OperationRequest = v.InferOutput<typeof operationRequest>;
export type RequestSpec = OperationRequest['spec'];
export type RequestDecision = v.InferOutput<typeof decision>;
export type RequestNotice = v.InferOutput<typeof notice>;

/** A request as it was read; undefined for what is none. */
export function parseOperationRequest(value: unknown): OperationRequest | undefined {
  const read = v.safeParse(operationRequest, value);
  return read.success ? read.output : undefined;
}

/** The same, of what is said to be the request of a name. Throws `approval.unreadable` { at }: which field is not as a request has it, never its content. */
export function readOperationRequest(value: unknown, name = nameIn(value)): OperationRequest {
  const read = v.safeParse(operationRequest, value);
  if (read.success) return read.output;
  throw new AppError('approval.unreadable', { request: name, at: v.getDotPath(read.issues[0]) ?? '' });
}

/** One that lies where requests do and cannot be read: it is told, and nobody decides on it. */
export interface UnreadableRequest {
  readonly name: string;
  readonly namespace?: string;
  readonly error: AppError;
}

function nameIn(value: unknown): string {
  const name = asRecord(asRecord(value)?.['metadata'])?.['name'];
  return typeof name === 'string' ? name.slice(0, 253) : '';
}

/** True where the work that is shown is what the digest is of, and what its title says: what somebody reads is what they sign. Pure. */
export function isShownWork(spec: Pick<RequestSpec, 'work' | 'digest' | 'source' | 'operation' | 'target'>): boolean {
  const shown = spec.work === undefined ? undefined : asRecord(parseJson(spec.work));
  if (shown === undefined || !isTitled(shown, spec)) return false;
  return [undefined, spec.source?.sha256].some((sha256) => workDigest(shown, sha256) === spec.digest);
}

/** Titles, subjects and who is told come from the operation and the database that a request names: they are those of the work. */
function isTitled(work: object, { operation, target }: Pick<RequestSpec, 'operation' | 'target'>): boolean {
  const { kind, options, target: into } = asRecord(work) ?? {};
  const isPrepared = operation === 'prepare' && asRecord(options)?.['prepare'] === true;
  const database = asRecord(into)?.['database'];
  return (operation === kind || isPrepared) && (typeof database !== 'string' || database === target.database);
}

/** A name that no other has: `req-` and ten digits. */
export function makeRequestName(): string {
  return `req-${randomBytes(5).toString('hex')}`;
}

/** True for the name of a request. Pure. */
export function isRequestName(name: string): boolean {
  return /^req-[0-9a-f]{10}$/.test(name);
}

/** The SHA-256 of what is done, as hexadecimal digits: what is approved is what runs. A name that somebody types as the confirmation of it is no part of it. Pure. */
export function workDigest(work: object, sha256: string | undefined): string {
  const exactly = Object.fromEntries(Object.entries(work).filter(([key]) => key !== 'confirmed'));
  return createHash('sha256')
    .update(canonical({ work: exactly, ...(sha256 === undefined ? {} : { sha256 }) }))
    .digest('hex');
}
