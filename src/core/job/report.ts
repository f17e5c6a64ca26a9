import { join } from 'node:path';
import type { JobRequest, JobResult } from './jobEvents';
import { jobFiles, writeWhole } from './jobFolder';
import { readWholeJob } from './readJob';

/**
 * Writes `report.md` into the job's folder: what was done, from where to where, by whom, why, when, how it ended. Facts
 * only, no row data, no secret.
 */
export async function writeReport(folder: string, request: JobRequest, result: JobResult): Promise<void> {
  const { id, started, expected, events } = await readWholeJob(folder);
  const ended = new Date();
  const seconds = started === undefined ? undefined : (ended.getTime() - Date.parse(started)) / 1000;
  const found = events.flatMap((event) => (event.type === 'finding' ? [event.finding] : []));
  const rows: [string, unknown][] = [
    ['what', request.kind],
    ['outcome', `${result.outcome} (exit code ${result.exitCode})`],
    ...operandRows(request),
    ['asked by', request.asked.by],
    ['reason', request.asked.reason],
    ['approval', request.asked.approval],
    ['started', started],
    ['ended', ended.toISOString()],
    [
      'expected',
      expected?.seconds === undefined ? undefined : `${expected.seconds.toFixed(0)} s by the ${expected.basis}`,
    ],
    ['took', seconds === undefined ? undefined : `${seconds.toFixed(1)} s`],
    ...Object.entries(result.data).filter(([, value]) => typeof value !== 'object'),
  ];
  const sections = [
    `# ${request.kind} ${id}`,
    [
      '| | |',
      '|---|---|',
      ...rows.filter(([, value]) => value !== undefined).map(([name, value]) => row(name, value)),
    ].join('\n'),
    list('Error', result.error ? [`${result.error.code} ${JSON.stringify(result.error.data)}`] : []),
    list(
      'Findings',
      unique(
        [...found, ...(result.findings ?? [])].map((one) => `${one.level}: ${one.code} ${JSON.stringify(one.data)}`),
      ),
    ),
    list(
      'Differences',
      (result.differences ?? []).map((difference) => JSON.stringify(difference)),
    ),
    list(
      'Notes',
      (result.notes ?? []).map((note) => `${note.code} ${JSON.stringify(note.data)}`),
    ),
  ];
  await writeWhole(join(folder, jobFiles.report), `${sections.filter((section) => section !== '').join('\n\n')}\n`);
}

function operandRows({ kind, operands: [first, second] }: JobRequest): [string, unknown][] {
  if (kind === 'restore' || kind === 'copy' || kind === 'diff') {
    return [
      [kind === 'diff' ? 'left' : 'from', first],
      [kind === 'diff' ? 'right' : 'to', second],
    ];
  }
  return [['of', first]];
}

function row(name: string, value: unknown): string {
  return `| ${name} | ${cell(String(value))} |`;
}

function list(title: string, lines: readonly string[]): string {
  return lines.length === 0 ? '' : [`## ${title}`, '', ...lines.map((line) => `- ${cell(line)}`)].join('\n');
}

function unique(lines: readonly string[]): string[] {
  return [...new Set(lines)];
}

/** Names may hold anything: nothing of it is Markdown. */
function cell(text: string): string {
  return text.replace(/[\r\n]+/g, ' ').replace(/[\\`*_<>|#[\]]/g, '\\$&');
}
