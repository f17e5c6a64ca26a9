import { count, duration, safe, size } from './format';
import { cleanedLines, hasOpenEnds } from './cleanWords';
import type { Hints } from './hints';
import type { ResultData } from '../core/job/record/resultData';
import { fact, text, texts } from './shown';
import { t } from './language';

/** The numbers of a job's result that people read, in this order; all others are for scripts. */
export function resultNumbers(data: ResultData): { readonly name: string; readonly text: string }[] {
  return numbers().flatMap(([key, name, format]) => {
    const value = fact(data, key);
    // where nothing was replaced, nobody waited
    if (key === 'pauseSeconds' && text(data, 'kept') === undefined) return [];
    return typeof value === 'number' ? [{ name, text: format(value) }] : [];
  });
}

/** Its texts, as lines. */
export function resultLines(data: ResultData, hints: Hints): string[] {
  const lines = [...linesOf(places, data), ...removalLines(data)];
  const target = text(data, 'target');
  if (hasOpenEnds(data)) lines.push(t`to give up what cannot be found out: ${hints.forget()}`);
  if (target === undefined) return lines;
  if (text(data, 'kept') !== undefined) lines.push(safe(t`to undo: ${hints.undo(target)}`));
  const [swap, discard] = [text(data, 'swap'), text(data, 'discard')];
  const job = swap?.split(' ').at(-1);
  if (job !== undefined && discard !== undefined)
    lines.push(safe(t`to swap it in: ${hints.swap(job)}`), safe(t`to drop it: ${hints.discard(job)}`));
  const before = text(data, 'before');
  if (before !== undefined) lines.push(safe(t`to put it back: ${hints.putBack(before, target)}`));
  return lines;
}

/** What clean, discard and release removed, found out, left and could not reach, as lines. */
export function removalLines(data: ResultData): string[] {
  const { dropped } = data;
  if (!Array.isArray(dropped)) return [...linesOf(removals, data), ...cleanedLines(data)];
  // each with what it freed
  const lines = (dropped as readonly { readonly name: string; readonly bytes?: number }[]).map(({ name, bytes }) =>
    safe(t`removed ${name}${bytes === undefined ? '' : ` (${size(bytes)})`}`),
  );
  return [...lines, ...linesOf(removals, { ...data, removed: undefined })];
}

type Lines = readonly (readonly [key: keyof ResultData, words: (value: string) => string])[];

function linesOf(all: Lines, data: ResultData): string[] {
  return all.flatMap(([key, words]) => texts(data, key).map((one) => safe(words(one))));
}

const numbers = (): readonly (readonly [key: keyof ResultData, name: string, format: (value: number) => string])[] => [
  ['archiveBytes', t`archive`, size],
  ['textBytes', t`unpacked`, size],
  ['tables', t`tables with rows of their own`, count],
  ['rows', t`rows`, count],
  ['seconds', t`took`, duration],
  ['recoverySeconds', t`a recovery takes`, duration],
  ['expectedSeconds', t`expected`, duration],
  ['lockedSeconds', t`locked for`, duration],
  ['bytes', t`freed`, size],
  ['sideBytes', t`takes`, size],
  ['pauseSeconds', t`logins waited at most`, (seconds) => t`${(seconds * 1000).toFixed(0)} ms`],
];

const places: Lines = [
  ['folder', (value) => value],
  ['before', (value) => t`what was there before is the backup ${value}`],
  ['kept', (value) => t`the database before is kept as ${value}`],
];

/** Names that a release drops; what earlier versions told of a clean-up is text, too. */
const removals: Lines = [
  ['removed', (value) => t`removed ${value}`],
  ['claims', (value) => t`left alone, since nothing proves what it says: ${value}`],
  ['slots', (value) => t`dropped with it: the replication slot ${value}`],
  ['resolved', (value) => value],
  ['unknown', (value) => value],
  ['forgotten', (value) => t`forgotten: ${value}`],
  ['waiting', (value) => value],
  ['spared', (value) => t`left alone, since its job may be at work: ${value}`],
  ['remaining', (value) => t`could not be removed: ${value}`],
  ['notReached', (value) => t`not reached: ${value}`],
];
