import type { ResultData } from '../core/job/record/resultData';
import { formatReference } from '../core/cluster/reference';
import { operandsOf, type JobRequest } from '../core/job/request';
import type { JobResult } from '../core/job/record/jobEvents';
import type { WholeJob } from '../core/job/record/readJob';
import { comparisonNoteWords, differenceWords } from './comparisonWords';
import { wordsFor } from './errorWords';
import { findingWords } from './findingWords';
import { noteWords } from './noteWords';
import { count, duration, localTime, serverVersionText } from './format';
import type { Hints } from './hints';
import { jobTitle } from './jobTitle';
import { listOf, plain, section, tableOf, withCode } from './markdown';
import { maskedHeadings, maskedProof } from './maskWords';
import { outcomeWords } from './outcomeWords';
import { phaseSeconds } from './phaseSeconds';
import { basisWords, phaseWords } from './progressWords';
import { hasOpenEnds, removalLines, resultNumbers } from './resultFacts';
import { text } from './shown';
import { t } from './language';

/** Where a reader may be, and what to do there. */
export interface Way {
  /** `In a terminal` */
  readonly where: string;
  readonly hints: Hints;
}

/**
 * The report of a job that ended, as Markdown: what was done, by whom and why, when, how it ended, what proves it, what was found,
 * and how to undo it. Names of any kind show as they are. No row data, no secret. Pure.
 */
export function reportOf(job: WholeJob & { readonly result: JobResult }, ways: readonly [Way, ...Way[]]): string {
  const { request, result, events } = job;
  const [{ hints }] = ways;
  const told = events.flatMap((event) => (event.type === 'note' ? [noteWords(event.code, event.data, hints)] : []));
  const compared = (result.notes ?? []).map(comparisonNoteWords);
  const sections = [
    `# ${plain(jobTitle(job))}`,
    `**${outcomes()[result.outcome]}** ${plain(outcomeSentence(result, request.kind, hints))}`,
    tableOf(['', ''], aboutRows(job)).join('\n'),
    section(t`What to do`, instructions(job, ways)),
    section(t`Removed, found out and left`, listOf(removalLines(result.data).map(plain))),
    section(t`Differences`, differences(result)),
    section(t`Findings`, listOf(unique(findingsOf(job).map((one) => plain(findingWords(one, hints)))))),
    section(t`Time`, tableOf(['step', t`began (UTC)`, 'took'], timeRows(job))),
    section(t`Proof and versions`, [...proofOf(job), ...tableOf(['', ''], proofRows(result))]),
    section(t`Checks`, checksOf(result)),
    section(t`Masking`, maskingOf(result)),
    section(t`Notes`, listOf(unique([...told, ...compared].map(plain)))),
  ];
  return `${sections.filter((one) => one !== '').join('\n\n')}\n`;
}

const outcomes = (): Readonly<Record<JobResult['outcome'], string>> => ({
  done: t`Done.`,
  prepared: t`Prepared.`,
  differences: t`Done, with differences.`,
  failed: t`Failed.`,
  refused: t`Refused, nothing changed.`,
  unknown: t`Outcome unknown.`,
  cancelled: t`Cancelled.`,
});

function outcomeSentence(result: JobResult, kind: JobRequest['kind'], hints: Hints): string {
  const { error, outcome } = result;
  if (error === undefined) return outcomeWords(result, kind);
  const { what, why } = wordsFor(error.code, error.data, hints);
  const said = [what, why].filter((part) => part !== undefined && part !== '').join(' ');
  // it stands before it already
  return said.startsWith(`${outcomes()[outcome]} `) ? said.slice(outcomes()[outcome].length + 1) : said;
}

function aboutRows({ id, request, result, started, lastEvent, expected, events }: WholeJob): string[][] {
  const { kind, asked } = request;
  const [first, second] = operandsOf(request);
  const deep = request.kind === 'drill' ? request.into : request.kind === 'verify' ? request.deep : undefined;
  const isPair = second !== undefined;
  const names = kind === 'diff' ? ['left', 'right'] : isPair ? ['from', 'to'] : ['of', ''];
  const source = text<ResultData>(result?.data ?? {}, 'source');
  const rows: [string, string | undefined][] = [
    [names[0] ?? '', first],
    [names[1] ?? '', second],
    [t`restored for it on`, deep === undefined ? undefined : formatReference(deep)],
    [t`asked by`, asked.by],
    ['reason', asked.reason],
    ['approval', asked.approval],
    ['started', moment(started)],
    ['ended', moment(lastEvent)],
    ['took', started === undefined || lastEvent === undefined ? undefined : duration(between(started, lastEvent))],
    [
      'expected',
      expected?.seconds === undefined
        ? undefined
        : t`${duration(expected.seconds)} (by ${basisWords()[expected.basis]})`,
    ],
    ['source', source === first ? undefined : source],
    ['backup', text<ResultData>(result?.data ?? {}, 'backup')],
    ['folder', text<ResultData>(result?.data ?? {}, 'folder')],
    [t`before it`, text<ResultData>(result?.data ?? {}, 'before')],
    ['kept', text<ResultData>(result?.data ?? {}, 'kept')],
    [t`prepared as`, text<ResultData>(result?.data ?? {}, 'side')],
    [t`prepared by job`, text<ResultData>(result?.data ?? {}, 'preparedBy')],
    ['job', id],
    ['request', started === undefined ? undefined : digestOf(events)],
  ];
  return rows.flatMap(([name, value]) => (value === undefined ? [] : [[name, plain(value)]]));
}

function instructions({ request, result }: WholeJob, ways: readonly Way[]): string[] {
  const data: ResultData = result?.data ?? {};
  const target = text(data, 'target');
  if (result?.error) {
    const { code, data: facts } = result.error;
    const todos = ways.map(({ where, hints }) => ({ where, todo: wordsFor(code, facts, hints).todo }));
    const [first] = todos;
    // what does not differ by place is said once
    if (todos.every(({ todo }) => todo === first?.todo))
      return listOf(first?.todo === undefined ? [] : [withCode(first.todo)]);
    return listOf(todos.map(({ where, todo }) => `${where}: ${withCode(todo ?? '')}`));
  }
  if (hasOpenEnds(data)) {
    const giveUp = ways.map(({ where, hints }) => `${where}: ${withCode(hints.forget())}.`);
    return [t`When the server answers, clean up again. To give up what cannot be found out:`, '', ...listOf(giveUp)];
  }
  if (target === undefined) return [];
  const before = text(data, 'before');
  if (before !== undefined) {
    return [
      t`What was there before is the backup ${plain(before)}. To put it back:`,
      '',
      ...listOf(ways.map(({ where, hints }) => `${where}: ${withCode(hints.putBack(before, target))}.`)),
    ];
  }
  const job = text(data, 'swap')?.split(' ').at(-1);
  if (job !== undefined) {
    return [
      t`What was prepared waits. To put it in place:`,
      '',
      ...listOf(ways.map(({ where, hints }) => `${where}: ${withCode(hints.swap(job))}.`)),
      '',
      t`To drop it:`,
      '',
      ...listOf(ways.map(({ where, hints }) => `${where}: ${withCode(hints.discard(job))}.`)),
    ];
  }
  if (text(data, 'kept') === undefined) return [];
  const keeps = request.kind === 'undo' ? t`What was live is kept` : t`The database before is kept`;
  return [
    t`${keeps}. To put it back:`,
    '',
    ...listOf(ways.map(({ where, hints }) => `${where}: ${withCode(hints.undo(target))}.`)),
    '',
    t`To drop it for good:`,
    '',
    ...listOf(ways.map(({ where, hints }) => `${where}: ${withCode(hints.release(target))}.`)),
  ];
}

function differences({ differences: all = [] }: JobResult): string[] {
  const shown = all.slice(0, shownDifferences).map((one) => plain(differenceWords(one)));
  const more = all.length - shown.length;
  return listOf(more > 0 ? [...shown, t`and ${count(more)} more, in the job's events`] : shown);
}

const shownDifferences = 500;

function findingsOf({ events, result }: WholeJob): NonNullable<JobResult['findings']> {
  const said = events.flatMap((event) => (event.type === 'finding' ? [event.finding] : []));
  return [...said, ...(result?.findings ?? [])];
}

function timeRows({ events, lastEvent }: WholeJob): string[][] {
  const steps = phaseSeconds(events, lastEvent);
  return steps.map(({ phase, began, seconds }) => [phaseWords()[phase], began.slice(11, 19), duration(seconds)]);
}

/** What a success of this kind means. */
function proofOf({ request, result }: WholeJob): string[] {
  if (result?.error) return [];
  switch (request.kind) {
    case 'backup':
      return [wholeArchive(), ''];
    case 'restore':
    case 'copy':
      return [request.options.inPlace === true ? comparedInPlace(result) : comparedArchives(), ''];
    case 'import':
      return [wholeArchive(), ''];
    case 'verify':
      return [request.deep === undefined ? wholeArchive() : comparedArchives(), ''];
    case 'drill':
      return result?.outcome === 'done' ? [comparedArchives(), ''] : [];
    default:
      return [];
  }
}

/** Of the request that its process did, as it said itself. */
function digestOf(events: WholeJob['events']): string | undefined {
  const digest = events.find((event) => event.type === 'started')?.digest;
  return digest === undefined ? undefined : t`sha256:${digest}`;
}

const wholeArchive = () =>
  t`The archive was read to its last byte; rows and a digest of each table are in the manifest.`;
const comparedArchives = () =>
  t`What was restored was dumped again and compared with the backup: rows and contents of each table, sequences, large objects and definitions.`;

/** The definitions come after the commit, and may not have been reached. */
function comparedInPlace(result: JobResult | undefined): string {
  const rows = t`Before the commit all rows and sequences were read back in the same transaction and compared with the backup.`;
  const isWhole = result?.findings?.some(({ code }) => code === 'inPlace.definitions') !== true;
  return isWhole ? t`${rows} After it the definitions were dumped and compared.` : rows;
}

function proofRows({ data }: JobResult): string[][] {
  const times = ['took', 'expected'];
  const numbers = resultNumbers(data).filter(({ name }) => !times.includes(name));
  const named = proofs().flatMap(([key, name]) => {
    const value: unknown = data[key];
    if (typeof value === 'number') return [{ name, text: serverVersionText(value) }];
    return typeof value === 'string' && value !== '' ? [{ name, text: value }] : [];
  });
  return [...numbers, ...named].map(({ name, text: value }) => [name, plain(value)]);
}

/** Of a drill: each part of the recovery, and what was asked. */
function checksOf({ data }: JobResult): string[] {
  const { steps, checks } = data;
  const took = Object.entries(steps ?? {}).map(([step, seconds]) => [
    plain(stepWords()[step] ?? step),
    duration(seconds),
  ]);
  const asked = (checks ?? []).map(({ name, outcome, expect, answer }) => [
    ...[plain(name), checkWords()[outcome], plain(expect), plain(answer ?? '')],
  ]);
  return [
    ...(took.length === 0 ? [] : [...tableOf([t`part of a recovery`, t`took`], took), '']),
    ...(asked.length === 0 ? [] : tableOf([t`check`, t`outcome`, t`expected`, t`answer`], asked)),
  ];
}

const stepWords = (): Readonly<Record<string, string>> => ({
  find: t`finding the backup`,
  fetch: t`reading it, decrypted`,
  prepare: t`looking at the server`,
  restore: t`restoring`,
  verify: t`comparing`,
  check: t`checks (not part of it)`,
});

const checkWords = (): Readonly<Record<'met' | 'unmet' | 'failed', string>> => ({
  met: t`as expected`,
  unmet: t`NOT as expected`,
  failed: t`no answer`,
});

/** Of a backup or a copy whose rows were masked. */
function maskingOf({ data }: JobResult): string[] {
  const masked = data['masked'];
  if (masked === undefined) return [];
  const { lines, rows } = maskedProof(masked);
  return [
    ...listOf(lines.map(plain)),
    '',
    ...tableOf(
      maskedHeadings(),
      rows.map((row) => row.map(plain)),
    ),
  ];
}

/** Numbers are versions of servers. */
const proofs = (): readonly (readonly [key: keyof ResultData, name: string])[] => [
  ['sha256', t`SHA-256 of the archive`],
  ['compression', t`compression`],
  ['sourceVersion', t`server of the source`],
  ['pgDump', t`pg_dump`],
  ['targetVersion', t`server of the target`],
  ['pgRestore', t`pg_restore`],
];

function moment(iso: string | undefined): string | undefined {
  return iso === undefined ? undefined : `${localTime(iso)} (${iso.slice(0, 19)}Z)`;
}

function between(from: string, to: string): number {
  return Math.max(0, (Date.parse(to) - Date.parse(from)) / 1000);
}

function unique(lines: readonly string[]): string[] {
  return [...new Set(lines)];
}
