import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { AppError, isErrno } from '../../core/base/errors';
import type { Cluster, KubeconfigProblem } from '../../core/cluster/cluster';
import type { DatabaseStatus, Objectives } from '../../core/fleet/status/objectives';
import { duration, localTime, safe } from '../../words/format';
import { runningText, wordsFor } from '../../words/errorWords';
import { statusWords } from '../../words/statusWords';
import type { Call, Command } from '../command';
import { cliHints } from '../hints';
import { tellKubeconfigProblems } from '../kubeconfigProblems';
import { List, listFlags, type Listing } from '../list';
import { kubeconfigsOf, rootOf } from '../setting';

/** How every database stands against what is promised of it. */
export const status: Command = {
  name: 'status',
  summary: 'show how every database is protected, those first that are not as promised',
  more: [
    'It asks the clusters which databases there are, and the catalog and the schedules what is known of them: a database that nobody backs up is a line, too. Where something that was promised is not met it exits with 3.',
  ],
  examples: [
    'db-ferry status prod',
    'db-ferry status prod/shop --rpo 4 --rto 1 --page protection.html',
    'db-ferry status --root s3://backups/team-a -o json',
  ],
  operands: [{ name: 'cluster[/namespace]', takes: ['place'], optional: true }],
  options: ['rpo', 'rto', 'drill-days', 'page', 'metrics', 'runner', 'overwrite', ...listFlags],
  async run(call) {
    const list = new List(call, listing);
    const { options, terminal } = call;
    const { gatherFleet } = await import('../../core/fleet/status/gather');
    const { statusOf } = await import('../../core/fleet/status/objectives');
    const { knownRunners } = await import('../../core/job/runner/knownRunners');
    const objectives = objectivesOf(call);
    const now = new Date();
    const { clusters, namespace } = await asked(call);
    const runners = options.runner === undefined ? await knownRunners() : [options.runner];
    const sources = { clusters, namespace, roots: [await rootOf(call)], runners };
    const { problems, ...facts } = await gatherFleet(sources, now, new AbortController().signal);
    const rows = statusOf(facts, objectives, now);
    if (options.page !== undefined) {
      const { protectionPage } = await import('../../report/protection/protectionPage');
      const { protectionOf } = await import('../../core/fleet/status/protection');
      const { pricesOf } = await import('../../core/catalog/namedStores');
      const told = problems.map(({ place, error }) => ({
        place,
        text: runningText(wordsFor(error.code, error.data, cliHints)),
      }));
      const protection = protectionOf(facts, objectives, now, { prices: await pricesOf() });
      await writeOut(call, options.page, protectionPage(protection, told));
    }
    if (options.metrics !== undefined) {
      const { metricsOf } = await import('../../report/statusMetrics');
      await writeOut(call, options.metrics, metricsOf(rows, { objectives, now, notAsked: problems.length }));
    }
    for (const row of rows) terminal.event(listing.itemOf(row));
    for (const { place, error } of problems) {
      terminal.event({ type: 'problem', place, error: { code: error.code, data: error.data } });
      terminal.error(safe(`${place}: ${runningText(wordsFor(error.code, error.data, cliHints))}`));
    }
    const missed = rows.filter((row) => row.missed).length;
    // what could not be asked is not known to be well
    const exitCode = missed > 0 ? 3 : problems.length > 0 ? 1 : 0;
    const outcome = exitCode === 0 ? 'done' : exitCode === 3 ? 'differences' : 'failed';
    const data = { databases: rows.length, missed, notAsked: problems.length };
    terminal.event({ type: 'result', outcome, exitCode, data });
    list.show(rows, { objectives });
    for (const row of rows) {
      if (list.isTable && row.findings.length > 0)
        terminal.info(safe(`${row.reference}: ${row.findings.map((one) => statusWords()[one]).join('; ')}`));
    }
    terminal.info(`${rows.length} databases, ${missed} not as promised.`);
    return exitCode;
  },
};

async function asked(call: Call): Promise<{
  readonly clusters: readonly Cluster[];
  readonly namespace?: string | undefined;
}> {
  const { clusters, problems } = await readAll(call);
  tellKubeconfigProblems(call.terminal, problems);
  const [operand] = call.operands;
  if (operand === undefined) {
    if (clusters.length === 0) throw new AppError('cluster.none');
    return { clusters };
  }
  const { findCluster, parseReference } = await import('../../core/cluster/reference');
  const { cluster, namespace, pod } = parseReference(operand);
  if (pod !== undefined) {
    throw new AppError('reference.invalid', { text: operand, wanted: 'cluster' });
  }
  return { clusters: [findCluster(clusters, cluster, problems)], namespace };
}

async function readAll(
  call: Call,
): Promise<{ readonly clusters: readonly Cluster[]; readonly problems: readonly KubeconfigProblem[] }> {
  const { readClusters } = await import('../../core/cluster/readClusters');
  return readClusters({ files: kubeconfigsOf(call) });
}

function objectivesOf({ options }: Call): Objectives {
  const number = (option: 'rpo' | 'rto' | 'drill-days', usual: number): number => {
    const text = options[option];
    const value = text === undefined ? usual : Number(text);
    if (value > 0 && value < 100_000) return value;
    throw new AppError('usage', { message: `--${option} takes a number above 0, not "${text ?? ''}".` });
  };
  return { rpoHours: number('rpo', 24), rtoHours: number('rto', 2), drillDays: number('drill-days', 30) };
}

async function writeOut({ options, terminal }: Call, file: string, text: string): Promise<void> {
  const at = path.resolve(file);
  try {
    await writeFile(at, text, { flag: options.overwrite === true ? 'w' : 'wx', mode: 0o644 });
  } catch (error) {
    if (!isErrno(error, ['EEXIST'])) throw error;
    throw new AppError('usage', { message: `${at} is there already; --overwrite replaces it.` });
  }
  terminal.info(safe(at));
}

const listing: Listing<DatabaseStatus> = {
  nameOf: ({ reference }) => reference,
  itemOf: (row) => ({ type: 'status', ...row }),
  columns: [
    {
      name: 'state',
      text: ({ missed }) => (missed ? 'MISSED' : 'met'),
      raw: ({ missed }) => (missed ? 'missed' : 'met'),
    },
    {
      name: 'verified',
      text: ({ age }) => (age === undefined ? 'never' : `${duration(age)} ago`),
      raw: ({ lastVerified }) => lastVerified,
    },
    {
      name: 'drill',
      text: ({ lastDrill, drillOutcome }) =>
        lastDrill === undefined ? 'never' : `${drillOutcome ?? ''} ${localTime(lastDrill)}`,
      raw: ({ lastDrill }) => lastDrill,
    },
    {
      name: 'recovery',
      text: ({ recovery }) => (recovery === undefined ? '' : duration(recovery)),
      raw: ({ recovery }) => recovery,
    },
    { name: 'schedule', text: ({ schedule }) => schedule?.at ?? 'none' },
    { name: 'encrypted', text: ({ encrypted }) => (encrypted === undefined ? '' : encrypted ? 'yes' : 'no') },
    { name: 'database', text: ({ reference }) => reference, isFlexible: true },
    {
      name: 'keeps',
      text: ({ schedule }) => (schedule === undefined ? '' : schedule.keeps ? 'by rules' : 'all'),
      isWide: true,
    },
    { name: 'store', text: ({ store }) => store ?? '', isWide: true },
    {
      name: 'next',
      text: ({ schedule }) => (schedule?.next === undefined ? '' : localTime(schedule.next)),
      raw: ({ schedule }) => schedule?.next,
      isWide: true,
    },
    { name: 'findings', text: ({ findings }) => findings.join(','), isWide: true },
  ],
};
