import { AppError } from '../../core/base/errors';
import { groupBy } from '../../core/base/groupBy';
import { defined } from '../../core/base/defined';
import type { RetentionRules } from '../../core/catalog/retention';
import type { RetentionPlan, RetentionRow } from '../../core/job/plan/planRetention';
import { localTime, safe, size } from '../../words/format';
import { runningText, wordsFor } from '../../words/errorWords';
import { retentionWords } from '../../words/retentionWords';
import type { Call, Command } from '../command';
import { cliHints } from '../hints';
import { isOf, placeOf } from '../named';
import { rootOf } from '../setting';

/** Deletes backups by rules, with a reason for each that stays and each that goes. */
export const retainCommand: Command = {
  name: 'retain',
  summary: 'delete old backups by rules, with a reason for each that stays and each that goes',
  more: [
    'Rules are joined by "or", for each database by itself; only verified backups of yours count, and ages count from the newest of them, so that schedules that fail never eat the good ones. The newest, what is held, what a job reads or an undo needs, and what a store locks stay. What will be deleted is written down before.',
  ],
  examples: [
    'db-ferry retain --keep-daily 7 --keep-weekly 5 --keep-monthly 12 --dry-run',
    'db-ferry retain prod/shop --keep-last 3 --keep-within 72 --root s3://backups/team-a --yes',
  ],
  operands: [{ name: 'place', takes: ['place'], optional: true }],
  options: [
    ...(['keep-last', 'keep-daily', 'keep-weekly', 'keep-monthly', 'keep-yearly', 'keep-within'] as const),
    ...(['keep-failed', 'min-verified', 'zone', 'dry-run', 'yes'] as const),
  ],
  changes: ({ options }) => (options['dry-run'] === true ? undefined : 'retain'),
  async run(call) {
    const { applyRetention, planRetention } = await import('../../core/job/plan/planRetention');
    const { parseReference } = await import('../../core/cluster/reference');
    const { terminal, options } = call;
    const root = await rootOf(call);
    const place = call.operands[0] === undefined ? undefined : parseReference(call.operands[0]);
    const plan = await planRetention(root, rulesOf(call), (backup) => place === undefined || isOf(backup, place));
    const going = plan.rows.filter(({ stays }) => !stays);
    show(call, plan);
    if (options['dry-run'] === true || going.length === 0) {
      terminal.event({
        type: 'result',
        outcome: 'done',
        exitCode: 0,
        data: { root, stay: plan.rows.length - going.length, go: going.length },
      });
      terminal.line(
        going.length === 0 ? 'Nothing is to be deleted.' : `${going.length} would be deleted. Nothing was.`,
      );
      return 0;
    }
    if (options.yes !== true) {
      const says = `This deletes ${going.length} backups for good.`;
      if (!terminal.isInteractive) {
        const message = `${says} It has to be confirmed, and nobody is there to be asked. A script says --yes.`;
        throw new AppError('usage', { message, command: 'retain' });
      }
      terminal.error(says);
      if (!(await terminal.confirm('Type yes to go on, nothing to leave it: ', 'yes'))) throw new AppError('cancelled');
    }
    const { removed, retained, failed, plan: file } = await applyRetention(root, plan);
    for (const { id, until } of retained) terminal.line(`retained until ${localTime(until.toISOString())}: ${id}`);
    for (const { id, error } of failed)
      terminal.error(`not deleted: ${id}: ${runningText(wordsFor(error.code, error.data, cliHints))}`);
    const exitCode = failed.length > 0 ? 1 : 0;
    const outcome = failed.length > 0 ? 'failed' : 'done';
    terminal.event({
      type: 'result',
      outcome,
      exitCode,
      data: { root, removed, retained, failed: failed.map(({ id }) => id), plan: file },
    });
    terminal.line(
      `${removed.length} deleted, ${retained.length} retained, ${failed.length} not deleted. ${safe(file)}`,
    );
    return exitCode;
  },
};

function show({ terminal }: Call, { rows, unreadable }: RetentionPlan): void {
  for (const { backup, stays, reasons } of rows) {
    terminal.event({ type: 'retention', backup: backup.id, place: placeOf(backup), stays, reasons });
  }
  const line = ({ backup, stays, reasons }: RetentionRow): string =>
    `  ${stays ? 'stays' : 'goes '}  ${backup.id}  ${size(backup.manifest.size.archive).padStart(8)}  ${reasons.map(retentionWords).join('; ')}`;
  for (const [place, of] of groupBy(rows, ({ backup }) => placeOf(backup))) {
    terminal.line(safe(place));
    for (const row of of) terminal.line(line(row));
  }
  for (const { folder } of unreadable) terminal.info(`cannot be read, and is left alone: ${safe(folder)}`);
}

/** The rules that a call names. */
export function rulesOf({ options }: Pick<Call, 'options'>): RetentionRules {
  return defined({
    last: number(options['keep-last']),
    daily: number(options['keep-daily']),
    weekly: number(options['keep-weekly']),
    monthly: number(options['keep-monthly']),
    yearly: number(options['keep-yearly']),
    withinHours: number(options['keep-within']),
    failed: number(options['keep-failed']),
    minVerified: number(options['min-verified']),
    zone: options.zone,
  });
}

/** What is no number is refused by the rules' own check. */
function number(text: string | undefined): number | undefined {
  return text === undefined ? undefined : /^\d+$/.test(text) ? Number(text) : Number.NaN;
}
