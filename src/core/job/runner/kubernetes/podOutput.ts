import * as v from 'valibot';
import { parseJson } from '../../../base/json';
import { eventOf, resultOf } from '../../record/eventForm';
import type { JobEvent, JobResult } from '../../record/jobEvents';

/** A line of a pod's standard output: an event with its number, by which who reads again after a cut knows where to go on. */
export interface NumberedEvent {
  readonly seq: number;
  readonly event: JobEvent;
}

const numbered = v.looseObject({ seq: v.pipe(v.number(), v.integer(), v.minValue(1)) });

/** The line of an event. Pure. */
export function lineOf({ seq, event }: NumberedEvent): string {
  return JSON.stringify({ seq, ...event });
}

/** The event of a line; undefined for a line that is none: whatever else the pod's programs print. Pure. */
export function eventIn(line: string): NumberedEvent | undefined {
  const read = v.safeParse(numbered, parseJson(line));
  if (!read.success) return undefined;
  const { seq, ...rest } = read.output;
  const event = eventOf(rest);
  return event && { seq, event };
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
  return resultOf(parseJson(text ?? ''));
}
