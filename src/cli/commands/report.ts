import path from 'node:path';
import { AppError, isErrno } from '../../core/base/errors';
import { readSafely } from '../../core/base/safeFile';
import { choice } from '../arguments';
import type { Call, Command } from '../command';
import { backupNamed, jobNamed } from '../named';
import { isPath, rootOf } from '../setting';

/** Prints what a job left as its report. */
export const report: Command = {
  name: 'report',
  summary: 'print the report of a job that ended, or the one that a backup was sealed with',
  more: [
    'Markdown: what was done, by whom and why, when, how it ended, what proves it, what was found, and how to undo it. No row, no secret. `latest` is the newest job that has ended. With --html it is a page that loads nothing and prints on A4; with -o json the same for programs: a title and sections of texts, lists and tables. `--json` has both beside each other.',
  ],
  examples: [
    'db-ferry report latest',
    'db-ferry report t3kq0v1x9z --html > report.html',
    'db-ferry report t3kq0v1x9z -o json',
    'db-ferry report 20261123T051500Z-3f9a1c',
  ],
  operands: [{ name: 'job | backup', takes: ['job', 'backup'] }],
  options: ['identity', 'html', 'output'],
  async run(call) {
    const { terminal, operands, options } = call;
    const form = choice('output', options.output, ['json']);
    if (form !== undefined && (options.html === true || options.json === true))
      throw new AppError('usage', { message: '-o json is the report alone: --html and --json do not go with it.' });
    const { file, of, text: opened } = await meant(call, operands[0] ?? '');
    const text =
      opened ??
      (await readSafely(file, { most: longest }).catch((error: unknown) => {
        if (isErrno(error, ['ENOENT'])) throw new AppError('report.none', { of });
        throw error;
      }));
    const { readReport } = await import('../../report/readMarkdown');
    const says = readReport(text.toString());
    if (form === 'json') {
      terminal.print(JSON.stringify(says, undefined, 2));
      return 0;
    }
    if (options.html === true) {
      const { reportPage } = await import('../../report/page');
      const page = reportPage(says);
      terminal.event({ type: 'report', of, file, html: page });
      terminal.event({ type: 'result', outcome: 'done', exitCode: 0, data: { of, file } });
      terminal.print(page.trimEnd());
      return 0;
    }
    terminal.event({ type: 'report', of, file, markdown: text.toString(), says });
    terminal.event({ type: 'result', outcome: 'done', exitCode: 0, data: { of, file } });
    terminal.line(text.toString().trimEnd());
    return 0;
  },
};

/** Ids of backups begin with a day, those of jobs do not. */
async function meant(
  call: Call,
  named: string,
): Promise<{
  readonly file: string;
  readonly of: string;
  /** what an encrypted one says */
  readonly text?: Buffer;
}> {
  const { jobFiles, readRequest } = await import('../../core/job/record/jobFolder');
  if (isPath(named) || /^\d{4}/.test(named)) {
    const { findSummary } = await import('../../core/catalog/catalog');
    const backup = await findSummary(await rootOf(call), await backupNamed(call, named));
    const { folder, id } = backup;
    if (!backup.manifest.encryption) return { file: path.join(folder, jobFiles.report), of: id };
    const { openBeside } = await import('../../core/catalog/backupKeys');
    const text = await openBeside(backup, jobFiles.report, longest);
    return { file: path.join(folder, `${jobFiles.report}.age`), of: id, ...(text === undefined ? {} : { text }) };
  }
  const { id, folder } = await jobNamed(call, named, ({ result }) => result !== undefined);
  await readRequest(folder);
  return { file: path.join(folder, jobFiles.report), of: id };
}

/** bytes of all reports of a backup together, as they are written */
const longest = 64e6;
