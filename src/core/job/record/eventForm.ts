import * as v from 'valibot';
import { asRecord } from '../../base/json';
import { processForm, type JobEvent, type JobResult } from './jobEvents';
import type { ResultData } from './resultData';

/*
 * The form of a job's events, wherever they come from: its journal on a disk, the output of its pod, a termination message. Anybody may have written them, an earlier or a later version too: what is
 * no event of this form is none, and a job without a result is not done. Names that are not known here stay as they are, for the words, which show what they know.
 */

// to the library's own record a list is one, too
const facts = v.custom<object>((value) => asRecord(value) !== undefined);
const text = v.exactOptional(v.string());
const count = v.exactOptional(v.number());
const truth = v.exactOptional(v.boolean());
const texts = v.exactOptional(v.array(v.string()));
const finding = v.looseObject({ level: v.picklist(['block', 'warn', 'note']), code: v.string(), data: facts });

const things = v.exactOptional(v.array(v.looseObject({ what: v.string() })));
const fates = v.exactOptional(v.array(v.looseObject({ job: v.string(), code: v.string() })));

const resultData = v.looseObject({
  ...{ backup: text, folder: text, snapshot: text, origin: text, sha256: text, compression: text },
  ...{ into: text, file: text, holds: text, packed: text, source: text, of: text, target: text, deep: text },
  ...{ left: text, right: text, pgDump: text, pgRestore: text, phase: text, kept: text, before: text, undo: text },
  ...{ side: text, proven: text, preparedBy: text, swap: text, discard: text, report: text, drill: text },
  ...{ because: text, reason: text, recoverySeconds: count },
  ...{ archiveBytes: count, textBytes: count, sourceVersion: count, targetVersion: count, tables: count, rows: count },
  ...{ written: count, seconds: count, expectedSeconds: count, lockedSeconds: count, pauseSeconds: count },
  ...{ sideBytes: count, listed: count, bytes: count },
  ...{ encrypted: truth, backupKept: truth, nothing: truth, alreadyDone: truth },
  ...{ backups: texts, removed: texts, slots: texts, remaining: texts, claims: texts, notReached: texts },
  ...{ resolved: texts, unknown: texts, forgotten: texts, spared: texts, waiting: texts, jobs: texts },
  cleaned: v.exactOptional(
    v.looseObject({
      ...{ removed: things, remaining: things, claims: things, spared: things, waiting: things },
      ...{ resolved: fates, unknown: fates },
      forgotten: v.exactOptional(v.array(v.looseObject({ job: v.string(), places: v.array(v.string()) }))),
      notReached: v.exactOptional(v.array(v.looseObject({}))),
    }),
  ),
  masked: v.exactOptional(v.looseObject({})),
  databases: v.exactOptional(v.array(v.looseObject({}))),
  checks: v.exactOptional(v.array(v.looseObject({}))),
  phases: v.exactOptional(v.record(v.string(), v.number())),
  steps: v.exactOptional(v.record(v.string(), v.number())),
  dropped: v.exactOptional(v.array(v.looseObject({ name: v.string(), bytes: count }))),
} satisfies Record<keyof ResultData, v.GenericSchema | v.ExactOptionalSchema<v.GenericSchema, undefined>>);

const result = v.looseObject({
  type: v.literal('result'),
  outcome: v.picklist(['done', 'differences', 'prepared', 'failed', 'refused', 'unknown', 'cancelled']),
  exitCode: v.picklist([0, 1, 2, 3, 4, 5, 130]),
  error: v.exactOptional(v.looseObject({ code: v.string(), data: facts })),
  findings: v.exactOptional(v.array(finding)),
  differences: v.exactOptional(v.array(v.looseObject({ kind: v.string() }))),
  notes: v.exactOptional(v.array(v.looseObject({ code: v.string() }))),
  data: resultData,
});

const time = v.pipe(v.string(), v.isoTimestamp());
const event = v.variant('type', [
  v.looseObject({
    type: v.literal('started'),
    time,
    job: v.string(),
    kind: v.string(),
    digest: text,
    process: processForm,
  }),
  v.looseObject({ type: v.literal('phase'), time, phase: v.string() }),
  v.looseObject({
    ...{ type: v.literal('progress'), time, phase: v.string(), bytes: v.number() },
    ...{ percent: count, rate: count, secondsLeft: count, table: text },
    beside: v.optional(v.looseObject({ phase: v.string(), bytes: v.number(), table: text })),
  }),
  v.looseObject({ type: v.literal('expected'), time, bytes: count, seconds: count, basis: v.string() }),
  v.looseObject({ type: v.literal('finding'), time, finding }),
  v.looseObject({ type: v.literal('note'), time, code: v.string(), data: facts }),
  v.looseObject({ ...result.entries, time }),
]);

/** The event that a value of JSON is; undefined for anything else. Pure. */
export function eventOf(value: unknown): JobEvent | undefined {
  return v.is(event, value) ? (value as unknown as JobEvent) : undefined;
}

/** The result that a value of JSON is; undefined for anything else. Pure. */
export function resultOf(value: unknown): JobResult | undefined {
  return v.is(result, value) ? (value as unknown as JobResult) : undefined;
}
