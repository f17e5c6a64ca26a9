import { readSafely } from '../../core/base/safeFile';
import { defined } from '../../core/base/defined';
import { AppError } from '../../core/base/errors';
import type { DrillCheck } from '../../core/restore/check/checks';
import type { DrillWork } from '../../core/job/request';
import { choice, gentleRate } from '../arguments';
import type { Call, Command } from '../command';
import { runnerFlags } from '../inCluster';
import type { OptionName } from '../options';
import { backupReference, databaseReference, podReference, readableFile } from '../operands';
import { isPath, requestOf } from '../setting';

/** The options that say how a drill is done; a schedule of drills takes them too. */
export const drillFlags = [
  'into',
  'pick',
  'checks',
  'gentle',
  'trust-archive',
] as const satisfies readonly OptionName[];

/** Shows whether a backup can be recovered from, and how fast. */
export const drill: Command = {
  name: 'drill',
  summary: 'prove that a backup can be recovered from, and measure how fast',
  more: [
    'It is restored into a side database of the pod that --into names, compared row by row, asked what --checks has, and dropped. Exit 0: proven. Exit 3: the backup is bad. Any other: the drill could not be done, which says nothing of the backup. Each is filed beside the backup, signed, and counts in status. A file of checks:',
    'checks:\n  - name: orders of every day\n    sql: select count(*) from shop.orders\n    expect: "> 1000"',
  ],
  examples: [
    'db-ferry drill prod/shop/postgres/shop --into test/shop/pg15 --checks checks.yaml',
    'db-ferry drill 20261123T051500Z-3f9a1c --into test/shop/pg15',
  ],
  operands: [{ name: 'backup | database ref', takes: ['backup', 'database'] }],
  options: [...drillFlags, 'identity', ...runnerFlags],
  async run(call) {
    const request = await requestOf(call, await drillWork(call, call.operands[0] ?? ''));
    const { runAsJob } = await import('../runAsJob');
    return runAsJob(request, call);
  },
};

/** What the words of the command line ask for. Throws `usage`, `reference.invalid`, and what naming a backup throws. */
export async function drillWork(call: Call, named: string): Promise<DrillWork> {
  const { options } = call;
  if (options.into === undefined) throw new AppError('usage', { rule: 'drill.into' });
  const isPlace = !isPath(named) && named.includes('/') && !named.startsWith('latest:');
  const pick = choice('pick', options.pick, ['newest', 'random', 'oldest']);
  if (pick !== undefined && !isPlace) {
    throw new AppError('usage', { message: '--pick chooses among the backups of a database; a backup is named here.' });
  }
  return {
    kind: 'drill',
    backup: isPlace
      ? { of: await databaseReference(named), pick: pick ?? 'newest' }
      : await backupReference(call, named),
    into: await podReference(options.into),
    ...defined({ checks: await checksIn(options.checks) }),
    options: defined({ gentle: gentleRate(options.gentle), trustArchive: options['trust-archive'] }),
  };
}

async function checksIn(file: string | undefined): Promise<readonly DrillCheck[] | undefined> {
  if (file === undefined) return undefined;
  const { longestChecks, readChecks } = await import('../../core/restore/check/readChecks');
  const text = await readSafely(await readableFile(file), { most: longestChecks, follow: true });
  return readChecks(text.toString('utf8'));
}
