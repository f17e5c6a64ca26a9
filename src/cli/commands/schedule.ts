import { AppError } from '../../core/base/errors';
import type { KubeClient } from '../../core/cluster/kubeClient';
import { defined } from '../../core/base/defined';
import type { Schedule } from '../../core/fleet/schedule/schedule';
import { formatReference } from '../../core/cluster/reference';
import { localTime, safe } from '../../words/format';
import type { Call, Command } from '../command';
import { databaseReference } from '../operands';
import type { RequestOf } from '../../core/job/request';
import { drillFlags, drillWork } from './drill';
import { rulesOf } from './retain';
import { List, listFlags, type Listing } from '../list';
import { kubeconfigsOf, requestOf } from '../setting';

const keepFlags = [
  ...(['keep-last', 'keep-daily', 'keep-weekly', 'keep-monthly', 'keep-yearly', 'keep-within'] as const),
  ...(['keep-failed', 'min-verified'] as const),
];

/** Makes a schedule. */
const add: Command = {
  name: 'schedule add',
  summary: 'back a database up again and again, by a CronJob of its cluster',
  more: [
    'One backup is taken at once; only where it is done and verified the schedule is made. A CronJob is the schedule, and kubectl tells the same of it. What --at says by a word gets its minute and hour from the place, never between 01:00 and 03:59, where a change of the clock leaves a slot out or has it twice.',
  ],
  examples: [
    'db-ferry schedule add prod/shop/postgres/shop --at daily --zone Europe/Berlin --keep-daily 7 --keep-weekly 5',
    'db-ferry schedule add prod/shop/postgres/shop --at "30 22 * * 1-5"',
    'db-ferry schedule add prod/shop/postgres/shop --drill --at weekly --into test/shop/pg15 --checks checks.yaml',
  ],
  operands: [{ name: 'database ref', takes: ['database'] }],
  options: ['at', 'zone', 'to', 'encrypt', ...keepFlags, 'drill', ...drillFlags, 'runner'],
  async run(call) {
    const { options, terminal } = call;
    const { gentleRate } = await import('../arguments');
    const { timingOf, isInOddHours } = await import('../../core/fleet/schedule/timing');
    const { applySchedule, nextOf } = await import('../../core/fleet/schedule/schedule');
    const source = await databaseReference(call.operands[0]);
    const place = formatReference(source);
    const timing = timingOf(options.at ?? 'daily', options.zone ?? 'UTC', place);
    if (isInOddHours(timing)) {
      terminal.info(
        'Between 01:00 and 03:59 a change of the clock leaves a slot out, or has it twice; it is done once.',
      );
    }
    const { client, namespace } = await runnerPlace(call, source.cluster);
    const inCluster = { ...call, options: { ...options, runner: `${client.cluster.alias}/${namespace}` } };
    const backup: RequestOf<'backup'>['options'] = defined({
      ...{ gentle: gentleRate(options.gentle), encrypt: options.encrypt, to: options.to },
    });
    const work =
      options.drill === true
        ? await drillWork(inCluster, place)
        : ({ kind: 'backup', source, options: backup } as const);
    const request = (await requestOf(inCluster, work)) as RequestOf<'backup' | 'drill'>;
    const { runAsJob } = await import('../runAsJob');
    terminal.info(`one ${work.kind} first, to see that it can be done:`);
    const tried = await runAsJob(request, inCluster);
    if (tried !== 0) {
      terminal.error('The schedule was not made.');
      return tried;
    }
    const rules = rulesOf({ options: { ...options, zone: timing.zone } });
    const keeps = keepFlags.some((flag) => options[flag] !== undefined);
    const made = await applySchedule(client, namespace, { request, place, timing, ...(keeps ? { keep: rules } : {}) });
    const next = nextOf(made, new Date());
    terminal.event({ type: 'result', outcome: 'done', exitCode: 0, data: { ...rowOf(made, new Date()) } });
    terminal.line(
      safe(
        `${made.name}: ${timing.cron} (${timing.zone})${next === undefined ? '' : `, next ${localTime(next.toISOString())}`}`,
      ),
    );
    return 0;
  },
};

const list: Command = {
  name: 'schedule list',
  summary: 'list the schedules of a cluster',
  examples: ['db-ferry schedule list prod', 'db-ferry schedule list --runner prod/db-ferry -o json'],
  operands: [{ name: 'cluster', takes: ['place'], optional: true }],
  options: ['runner', ...listFlags],
  async run(call) {
    const { listSchedules } = await import('../../core/fleet/schedule/schedule');
    const shown = new List(call, listing);
    const { client, namespace } = await runnerPlace(call, call.operands[0]);
    const all = await listSchedules(client, namespace);
    const now = new Date();
    for (const one of all) call.terminal.event(rowOf(one, now));
    call.terminal.event({ type: 'result', outcome: 'done', exitCode: 0, data: { schedules: all.length } });
    shown.show(all);
    if (all.length === 0) call.terminal.info(`No schedules in ${client.cluster.alias}/${namespace}.`);
    return 0;
  },
};

const run: Command = {
  name: 'schedule run',
  summary: 'do the job of a schedule now, beside its slots',
  examples: ['db-ferry schedule run prod/shop/postgres/shop'],
  operands: [{ name: 'schedule | database ref', takes: ['database'] }],
  options: ['drill', 'runner'],
  async run(call) {
    const { runSchedule } = await import('../../core/fleet/schedule/schedule');
    const { schedule, client, namespace } = await named(call);
    const { kubernetesRunner } = await import('../../core/job/runner/kubernetes/kubernetesRunner');
    const { watchJob } = await import('../runAsJob');
    const id = await runSchedule(client, namespace, schedule);
    const runner = kubernetesRunner(client, namespace);
    const { kind, root } = schedule.request;
    return watchJob({ id, folder: `${runner.place}/${id}`, kind, root, runner }, call.terminal, { owned: true });
  },
};

const pause: Command = {
  name: 'schedule pause',
  summary: 'let slots pass until a time; it goes on by itself then',
  examples: ['db-ferry schedule pause prod/shop/postgres/shop --until 2026-12-24T08:00:00Z'],
  operands: [{ name: 'schedule | database ref', takes: ['database'] }],
  options: ['until', 'drill', 'runner'],
  async run(call) {
    const until = new Date(call.options.until ?? '');
    if (Number.isNaN(until.getTime()) || until <= new Date()) {
      throw new AppError('usage', { message: '--until takes a time that is still to come: 2026-12-24T08:00:00Z.' });
    }
    return change(call, until);
  },
};

const resume: Command = {
  name: 'schedule resume',
  summary: 'end the pause of a schedule now',
  examples: ['db-ferry schedule resume prod/shop/postgres/shop'],
  operands: [{ name: 'schedule | database ref', takes: ['database'] }],
  options: ['drill', 'runner'],
  run: async (call) => change(call, undefined),
};

const remove: Command = {
  name: 'schedule remove',
  summary: 'remove a schedule; its backups stay',
  examples: ['db-ferry schedule remove prod/shop/postgres/shop --yes'],
  operands: [{ name: 'schedule | database ref', takes: ['database'] }],
  options: ['yes', 'drill', 'runner'],
  async run(call) {
    const { removeSchedule } = await import('../../core/fleet/schedule/schedule');
    const { schedule, client, namespace } = await named(call);
    const { terminal } = call;
    if (call.options.yes !== true) {
      if (!terminal.isInteractive) {
        throw new AppError('usage', { message: 'It has to be confirmed, and nobody is there. A script says --yes.' });
      }
      const asked = `${schedule.request.kind === 'drill' ? 'Nobody proves the backups of' : 'Nobody backs up'} ${schedule.place} then. Type yes to go on, nothing to leave it: `;
      if (!(await terminal.confirm(asked, 'yes'))) throw new AppError('cancelled');
    }
    await removeSchedule(client, namespace, schedule);
    terminal.event({ type: 'result', outcome: 'done', exitCode: 0, data: { schedule: schedule.name } });
    terminal.line(safe(`${schedule.name} of ${schedule.place} is removed.`));
    return 0;
  },
};

export const schedules: readonly Command[] = [add, list, run, pause, resume, remove];

async function change(call: Call, until: Date | undefined): Promise<number> {
  const { pauseSchedule } = await import('../../core/fleet/schedule/schedule');
  const { schedule, client, namespace } = await named(call);
  await pauseSchedule(client, namespace, schedule, until);
  const data = { schedule: schedule.name, ...defined({ until: until?.toISOString() }) };
  call.terminal.event({ type: 'result', outcome: 'done', exitCode: 0, data });
  const said = until === undefined ? 'goes on' : `is paused until ${localTime(until.toISOString())}`;
  call.terminal.line(safe(`${schedule.name} of ${schedule.place} ${said}.`));
  return 0;
}

async function named(call: Call): Promise<Awaited<ReturnType<typeof runnerPlace>> & { readonly schedule: Schedule }> {
  const { findSchedule } = await import('../../core/fleet/schedule/schedule');
  const [text = ''] = call.operands;
  const opened = await runnerPlace(call, text.includes('/') ? text.split('/')[0] : undefined);
  const kind = call.options.drill === true ? 'drill' : 'backup';
  return { ...opened, schedule: await findSchedule(opened.client, opened.namespace, text, kind) };
}

/** The namespace in which schedules are. */
async function runnerPlace(
  call: Call,
  cluster?: string,
): Promise<{ readonly client: KubeClient; readonly namespace: string }> {
  const { openPlace } = await import('../../core/job/runner/openPlace');
  const { runnerNamed } = await import('../runners');
  return openPlace(kubeconfigsOf(call), runnerNamed(call, cluster));
}

function rowOf(one: Schedule, now: Date): { readonly type: string; readonly [fact: string]: unknown } {
  const { name, place, timing, keep, paused, suspended, lastSlot, lastSuccess, madeBy } = one;
  const isPaused = paused !== undefined && new Date(paused.until) > now;
  return {
    type: 'schedule',
    kind: one.request.kind,
    name,
    place,
    ...timing,
    suspended,
    ...defined({ keep, lastSlot, lastSuccess, madeBy }),
    ...(isPaused ? { paused } : {}),
  };
}

function stateText({ suspended, paused }: Schedule): string {
  if (suspended) return 'suspended';
  if (paused !== undefined && new Date(paused.until) > new Date()) return `paused until ${localTime(paused.until)}`;
  return 'on';
}

const listing: Listing<Schedule> = {
  nameOf: ({ name }) => name,
  itemOf: (one) => rowOf(one, new Date()),
  columns: [
    { name: 'schedule', text: ({ name }) => name },
    { name: 'kind', text: ({ request }) => request.kind },
    { name: 'at', text: ({ timing }) => `${timing.cron} ${timing.zone}` },
    { name: 'state', text: stateText },
    {
      name: 'last',
      text: ({ lastSuccess }) => (lastSuccess === undefined ? 'never' : localTime(lastSuccess)),
      raw: ({ lastSuccess }) => lastSuccess,
    },
    { name: 'database', text: ({ place }) => place, isFlexible: true },
    { name: 'by', text: ({ madeBy }) => madeBy ?? '', isWide: true },
  ],
};
