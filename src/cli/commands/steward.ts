import { AppError } from '../../core/base/errors';
import type { TellingResult, TickReport } from '../../core/fleet/steward/tick';
import { runningText, wordsFor } from '../../words/errorWords';
import { safe } from '../../words/format';
import { tickLines } from '../../words/stewardWords';
import type { Call, Command } from '../command';
import { cliHints } from '../hints';
import { kubeconfigsOf } from '../setting';

/** Looks after requests where nobody sits. */
export const steward: Command = {
  name: 'steward',
  summary:
    'look after the requests of a cluster: rights that are over are removed, what nobody decided in time is closed',
  more: [
    'All that it knows is in the cluster, by whose clock it goes; what it does twice is as done once, so it can be ended at any time. It approves nothing and runs nothing. Without it all else works, and `governance check` names the rights that are over.',
  ],
  examples: ['db-ferry steward prod/db-ferry --for shop --for billing --once'],
  operands: [{ name: 'cluster/namespace', takes: ['place'] }],
  options: ['for', 'once'],
  async run(call) {
    const { openPlace } = await import('../../core/job/runner/openPlace');
    const { tick } = await import('../../core/fleet/steward/tick');
    const { client } = await openPlace(kubeconfigsOf(call), call.operands[0] ?? '');
    const namespaces = call.options.for ?? [];
    if (namespaces.length === 0)
      throw new AppError('usage', { message: 'steward wants --for with each namespace that it looks after.' });
    if (call.options.once !== true) throw new AppError('usage', { message: 'steward wants --once.' });
    const { tellDue } = await import('../../core/fleet/notify/requestMessages');
    const { requestMessages } = await import('../requestMessages');
    const tell = async (requests: Parameters<typeof tellDue>[0], now: Date): Promise<TellingResult> => {
      const deliveries = (await tellDue(requests, now, requestMessages)).flatMap((one) => one.deliveries);
      const accepted = deliveries.filter((one) => one.accepted).length;
      return { accepted, pending: deliveries.length - accepted };
    };
    const report = await tick({ client, namespaces, fence: () => undefined, tell });
    return tellTick(call, report);
  },
};

function tellTick({ terminal }: Call, report: TickReport): number {
  const { timedOut, expired, removed, overdue, told, problems } = report;
  for (const { namespace, error } of problems) {
    terminal.event({ type: 'problem', place: namespace, error: { code: error.code, data: error.data } });
    terminal.error(safe(`${namespace}: ${runningText(wordsFor(error.code, error.data, cliHints))}`));
  }
  const exitCode = problems.length > 0 || overdue.length > 0 ? 1 : 0;
  const data = {
    ...{ requests: report.requests.length, timedOut, expired, told },
    ...{ removed: removed.map(({ right }) => right), overdue: overdue.map(({ right }) => right) },
  };
  terminal.event({ type: 'result', outcome: exitCode === 0 ? 'done' : 'failed', exitCode, data });
  for (const line of tickLines(report)) terminal.line(line);
  return exitCode;
}
