import { told, type Run } from '../lab/ferry';
import { compareFingerprints, type Fingerprint } from '../lab/independent';

/** What SQL saw of a database at its source, in stock's copy, and in ours; undefined: it is not there. */
export interface Seen {
  readonly source: Fingerprint;
  readonly stock: Fingerprint | undefined;
  readonly mine: Fingerprint | undefined;
}

/**
 * What is wrong with how a database fared. Done means: the same by SQL. With differences: each thing that differs is named. Refused or failed:
 * nothing, unless there is no way on. And what stock has of the source's rows is there in any case.
 */
export function verdict({ source, stock, mine }: Seen, run: Run): string[] {
  if (run.exitCode !== 0 && run.exitCode !== 3) return [`no way on: ${told(run).slice(0, 600)}`];
  if (!mine) return [`exit ${run.exitCode}, and there is no database`];
  const text = JSON.stringify(run.result);
  const lost = compareFingerprints(source, mine).filter((line) => !isWordedAnew(line, stock, mine));
  const untold = lost.filter((line) => !isTold(line, run, text));
  const rowsOf = (seen: Fingerprint | undefined): string[] =>
    Array.from(seen ?? []).flatMap(([key, value]) => (key.startsWith('rows ') ? [`${key} ${value}`] : []));
  const has = new Set(rowsOf(mine));
  const wanted = new Set(rowsOf(source));
  const missing = rowsOf(stock).filter((row) => wanted.has(row) && !has.has(row));
  return [...untold.map((line) => `untold: ${line}`), ...missing.map((row) => `stock has: ${row}`)];
}

/** PostgreSQL says some expressions in other words once it has read them back: what stock's copy says as well, on a definition that is there. */
function isWordedAnew(line: string, stock: Fingerprint | undefined, mine: Fingerprint): boolean {
  const key = keyOf(line);
  if (!/^(constraint|index|trigger|policy|wording|wording rule|statistics) /.test(key)) return false;
  const [before, after] = [line.slice(key.length + 2).split(' ≠ ')[0], mine.get(key)];
  return before !== '—' && after !== undefined && stock?.get(key) === after;
}

/** Named among the differences, itself or what it is a part of; what is left out on purpose, in a note. */
function isTold(line: string, run: Run, text: string): boolean {
  const key = keyOf(line);
  if (/^(publication|subscription) /.test(key)) return text.includes(quoted(key.slice(key.indexOf(' ') + 1)));
  if (run.exitCode === 0) return false;
  const whole = /^column (.*)\.[^.]*$/.exec(key)?.[1];
  return (
    text.includes(quoted(lastName(key))) ||
    (whole !== undefined && text.includes(`${quoted(whole)}","change":"missing right`))
  );
}

function keyOf(line: string): string {
  return /^([^:]+(?:::[^:]+)*)/.exec(line)?.[1] ?? line;
}

/** `rows public.t` → `t`; `database owner` → `owner`. */
function lastName(key: string): string {
  return key.split(/[ .(]/).filter(Boolean).at(-1) ?? key;
}

function quoted(name: string): string {
  return JSON.stringify(name).slice(1, -1);
}
