import type { ResultData } from '../core/job/record/resultData';
import { formatReference } from '../core/cluster/reference';
import { operandsOf, type JobRequest } from '../core/job/request';
import type { JobResult } from '../core/job/record/jobEvents';
import type { WholeJob } from '../core/job/record/readJob';
import { comparisonNoteWords, differenceWords } from '../words/comparisonWords';
import { wordsFor } from '../words/errorWords';
import { findingWords } from '../words/findingWords';
import { noteWords } from '../words/noteWords';
import { count, duration, localTime, serverVersionText } from '../words/format';
import type { Hints } from '../words/hints';
import { jobTitle } from '../words/jobTitle';
import { line, lineWithCode, list, paragraph, table, type Block, type Report, type Section } from './model';
import { maskedHeadings, maskedProof } from '../words/maskWords';
import { outcomeWords } from '../words/outcomeWords';
import { phaseSeconds } from '../words/phaseSeconds';
import { basisWords, phaseWords } from '../words/progressWords';
import { hasOpenEnds } from '../words/cleanWords';
import { removalLines, resultNumbers } from '../words/resultFacts';
import { text } from '../words/shown';
import { t } from '../words/language';

/** Where a reader may be, and what to do there. */
export interface Way {
  /** `In a terminal` */
  readonly where: string;
  readonly hints: Hints;
}

/**
 * The report of a job that ended: what was done, by whom and why, when, how it ended, what proves it, what was found,
 * and how to undo it. No row data, no secret. Pure.
 */
export function reportOf(job: WholeJob & { readonly result: JobResult }, ways: readonly [Way, ...Way[]]): Report {
  const { request, result, events } = job;
  const [{ hints }] = ways;
  const told = events.flatMap((event) => (event.type === 'note' ? [noteWords(event.code, event.data, hints)] : []));
  const compared = (result.notes ?? []).map(comparisonNoteWords);
  const sentence = ` ${outcomeSentence(result, request.kind, hints)}`;
  const lead = [{ text: outcomes()[result.outcome], as: 'strong' } as const, ...line(sentence)];
  const sections: readonly Section[] = [
    { blocks: [{ kind: 'text', line: lead }, ...table(['', ''], aboutRows(job))] },
    { title: t`What to do`, blocks: instructions(job, ways) },
    { title: t`Removed, found out and left`, blocks: list(removalLines(result.data).map(line)) },
    { title: t`Differences`, blocks: differences(result) },
    { title: t`Findings`, blocks: list(unique(findingsOf(job).map((one) => findingWords(one, hints))).map(line)) },
    { title: t`Time`, blocks: table([t`step`, t`began (UTC)`, t`took`], timeRows(job)) },
    { title: t`Proof and versions`, blocks: [...proofOf(job).map(paragraph), ...table(['', ''], proofRows(result))] },
    { title: t`Checks`, blocks: checksOf(result) },
    { title: t`Masking`, blocks: maskingOf(result) },
    { title: t`Notes`, blocks: list(unique([...told, ...compared]).map(line)) },
  ];
  return { schema: 1, title: jobTitle(job), sections: sections.filter(({ blocks }) => blocks.length > 0) };
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
  const names = kind === 'diff' ? [t`left`, t`right`] : isPair ? [t`from`, t`to`] : [t`of`, ''];
  const source = text<ResultData>(result?.data ?? {}, 'source');
  const rows: [string, string | undefined][] = [
    [names[0] ?? '', first],
    [names[1] ?? '', second],
    [t`restored for it on`, deep === undefined ? undefined : formatReference(deep)],
    [t`asked by`, asked.by],
    [t`reason`, asked.reason],
    [t`approval`, asked.approval],
    [t`started`, moment(started)],
    [t`ended`, moment(lastEvent)],
    [t`took`, started === undefined || lastEvent === undefined ? undefined : duration(between(started, lastEvent))],
    [
      t`expected`,
      expected?.seconds === undefined
        ? undefined
        : t`${duration(expected.seconds)} (by ${basisWords()[expected.basis]})`,
    ],
    [t`source`, source === first ? undefined : source],
    [t`backup`, text<ResultData>(result?.data ?? {}, 'backup')],
    [t`folder`, text<ResultData>(result?.data ?? {}, 'folder')],
    [t`before it`, text<ResultData>(result?.data ?? {}, 'before')],
    [t`kept`, text<ResultData>(result?.data ?? {}, 'kept')],
    [t`prepared as`, text<ResultData>(result?.data ?? {}, 'side')],
    [t`prepared by job`, text<ResultData>(result?.data ?? {}, 'preparedBy')],
    [t`job`, id],
    [t`request`, started === undefined ? undefined : digestOf(events)],
  ];
  return rows.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]));
}

function instructions({ request, result }: WholeJob, ways: readonly Way[]): Block[] {
  const data: ResultData = result?.data ?? {};
  const target = text(data, 'target');
  /** the same by each way, as a list */
  const by = (what: (hints: Hints) => string): Block[] =>
    list(ways.map(({ where, hints }) => lineWithCode(`${where}: ${what(hints)}.`)));
  if (result?.error) {
    const { code, data: facts } = result.error;
    const todos = ways.map(({ where, hints }) => ({ where, todo: wordsFor(code, facts, hints).todo }));
    const [first] = todos;
    // what does not differ by place is said once
    if (todos.every(({ todo }) => todo === first?.todo))
      return list(first?.todo === undefined ? [] : [lineWithCode(first.todo)]);
    return list(todos.map(({ where, todo }) => lineWithCode(`${where}: ${todo ?? ''}`)));
  }
  if (hasOpenEnds(data)) {
    const giveUp = t`When the server answers, clean up again. To give up what cannot be found out:`;
    return [paragraph(giveUp), ...by((hints) => hints.forget())];
  }
  if (target === undefined) return [];
  const before = text(data, 'before');
  if (before !== undefined) {
    const back = t`What was there before is the backup ${before}. To put it back:`;
    return [paragraph(back), ...by((hints) => hints.putBack(before, target))];
  }
  const job = text(data, 'swap')?.split(' ').at(-1);
  if (job !== undefined) {
    return [
      paragraph(t`What was prepared waits. To put it in place:`),
      ...by((hints) => hints.swap(job)),
      paragraph(t`To drop it:`),
      ...by((hints) => hints.discard(job)),
    ];
  }
  if (text(data, 'kept') === undefined) return [];
  const keeps = request.kind === 'undo' ? t`What was live is kept` : t`The database before is kept`;
  return [
    paragraph(t`${keeps}. To put it back:`),
    ...by((hints) => hints.undo(target)),
    paragraph(t`To drop it for good:`),
    ...by((hints) => hints.release(target)),
  ];
}

function differences({ differences: all = [] }: JobResult): Block[] {
  const shown = all.slice(0, shownDifferences).map(differenceWords);
  const more = all.length - shown.length;
  return list((more > 0 ? [...shown, t`and ${count(more)} more, in the job's events`] : shown).map(line));
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
      return [wholeArchive()];
    case 'restore':
    case 'copy':
      return [request.options.inPlace === true ? comparedInPlace(result) : comparedArchives()];
    case 'import':
      return [wholeArchive()];
    case 'verify':
      return [request.deep === undefined ? wholeArchive() : comparedArchives()];
    case 'drill':
      return result?.outcome === 'done' ? [comparedArchives()] : [];
    default:
      return [];
  }
}

/** Of the request that its process did, as it said itself. */
function digestOf(events: WholeJob['events']): string | undefined {
  const digest = events.find((event) => event.type === 'started')?.digest;
  return digest === undefined ? undefined : `sha256:${digest}`;
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
  const times = [t`took`, t`expected`];
  const numbers = resultNumbers(data).filter(({ name }) => !times.includes(name));
  const named = proofs().flatMap(([key, name]) => {
    const value: unknown = data[key];
    if (typeof value === 'number') return [{ name, text: serverVersionText(value) }];
    return typeof value === 'string' && value !== '' ? [{ name, text: value }] : [];
  });
  return [...numbers, ...named].map(({ name, text: value }) => [name, value]);
}

/** Of a drill: each part of the recovery, and what was asked. */
function checksOf({ data }: JobResult): Block[] {
  const { steps, checks } = data;
  const took = Object.entries(steps ?? {}).map(([step, seconds]) => [stepWords()[step] ?? step, duration(seconds)]);
  const asked = (checks ?? []).map(({ name, outcome, expect, answer }) => [
    ...[name, checkWords()[outcome], expect, answer ?? ''],
  ]);
  return [
    ...table([t`part of a recovery`, t`took`], took),
    ...table([t`check`, t`outcome`, t`expected`, t`answer`], asked),
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
function maskingOf({ data }: JobResult): Block[] {
  const masked = data['masked'];
  if (masked === undefined) return [];
  const { lines, rows } = maskedProof(masked);
  return [...list(lines.map(line)), ...table(maskedHeadings(), rows)];
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
