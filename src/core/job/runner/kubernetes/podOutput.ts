import * as v from 'valibot';
import { parseJson } from '../../../base/json';
import type { JobEvent, JobResult } from '../../record/jobEvents';

/** A line of a pod's standard output: an event with its number, by which who reads again after a cut knows where to go on. */
export interface NumberedEvent {
  readonly seq: number;
  readonly event: JobEvent;
}

/** What is read of every event before it counts as one; the rest of it is for the words, which show what they know. */
const head = v.looseObject({
  seq: v.pipe(v.number(), v.integer(), v.minValue(1)),
  time: v.pipe(v.string(), v.isoTimestamp()),
  type: v.picklist(['started', 'phase', 'progress', 'expected', 'finding', 'note', 'result']),
});
const ended = v.looseObject({
  type: v.literal('result'),
  outcome: v.picklist(['done', 'differences', 'failed', 'refused', 'unknown', 'cancelled']),
  exitCode: v.picklist([0, 1, 2, 3, 4, 5, 130]),
  error: v.exactOptional(v.looseObject({ code: v.string(), data: v.record(v.string(), v.unknown()) })),
  data: v.record(v.string(), v.unknown()),
});

/** The line of an event. Pure. */
export function lineOf({ seq, event }: NumberedEvent): string {
  return JSON.stringify({ seq, ...event });
}

/** The event of a line; undefined for a line that is none: whatever else the pod's programs print. Pure. */
export function eventIn(line: string): NumberedEvent | undefined {
  const value = parseJson(line);
  const read = v.safeParse(head, value);
  if (!read.success) return undefined;
  if (read.output.type === 'result' && !v.is(ended, value)) return undefined;
  const { seq, ...event } = read.output;
  return { seq, event: event as unknown as JobEvent };
}

/** A result for the termination message, which holds 4096 bytes: what does not fit is left out, and stands in the record. Pure. */
export function shortResult(result: JobResult): string {
  const { type, outcome, exitCode, error, data } = result;
  const least = { type, outcome, exitCode };
  const facts = Object.entries(data).filter(([, value]) => typeof value !== 'object');
  for (const attempt of [
    { ...least, ...(error ? { error } : {}), data: Object.fromEntries(facts) },
    { ...least, ...(error ? { error } : {}), data: { backup: data['backup'] } },
    { ...least, ...(error ? { error: { code: error.code, data: {} } } : {}), data: {} },
  ]) {
    const text = JSON.stringify(attempt);
    if (Buffer.byteLength(text) <= mostMessage) return text;
  }
  return JSON.stringify({ ...least, data: {} });
}

/** The kubelet cuts what is longer. */
const mostMessage = 4000;

/** A result that a termination message or an annotation holds; undefined where it holds none. Pure. */
export function resultIn(text: string | undefined): JobResult | undefined {
  const value = parseJson(text ?? '');
  return v.is(ended, value) ? value : undefined;
}
