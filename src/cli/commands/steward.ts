import { randomBytes } from 'node:crypto';
import type { Server } from 'node:http';
import { hostname } from 'node:os';
import { AppError, type AppError as Failure } from '../../core/base/errors';
import type { KubeClient } from '../../core/cluster/kubeClient';
import type { TickReport } from '../../core/fleet/steward/tick';
import { runningText, wordsFor } from '../../words/errorWords';
import { safe } from '../../words/format';
import { tickLines } from '../../words/stewardWords';
import type { Call, Command } from '../command';
import { cliHints } from '../hints';
import { kubeconfigsOf } from '../setting';
import { consoleOf } from './console';

/** Looks after requests where nobody sits. */
export const steward: Command = {
  name: 'steward',
  summary:
    'look after the requests of a cluster: rights that are over are removed, what nobody decided in time is closed, people are told',
  more: [
    'All that it knows is in the cluster, by whose clock it goes; what it does twice is as done once, so it can be ended at any time. It approves nothing and runs nothing. Of several replicas the one acts that holds the Lease db-ferry-steward in the namespace that is named. Without it all else works, and `governance check` names the rights that are over.',
    'It answers /metrics, /healthz and /readyz at --listen, and serves the console at --console.',
  ],
  examples: [
    'db-ferry steward prod/db-ferry --for shop --for billing --once',
    'db-ferry steward prod/db-ferry --for shop --listen 0.0.0.0:9464 --console 127.0.0.1:8080',
  ],
  operands: [{ name: 'cluster/namespace', takes: ['place'] }],
  options: ['for', 'once', 'every', 'lease', 'listen', 'console', 'proxy', 'origin'],
  async run(call) {
    const { openPlace } = await import('../../core/job/runner/openPlace');
    const { client, namespace } = await openPlace(kubeconfigsOf(call), call.operands[0] ?? '');
    const namespaces = call.options.for ?? [];
    if (namespaces.length === 0)
      throw new AppError('usage', { message: 'steward wants --for with each namespace that it looks after.' });
    // each start is another one: what an earlier one had in mind, nobody is about to do
    const holder = `${hostname().slice(0, 200)}_${randomBytes(6).toString('hex')}`;
    const act = acting(client, namespaces, holder);
    if (call.options.once === true) return tellTick(call, await act(() => undefined));
    return keepOn(call, { client, namespace, holder, act });
  },
};

type Act = (fence: () => void) => Promise<TickReport>;

function acting(client: KubeClient, namespaces: readonly string[], holder: string): Act {
  return async (fence) => {
    const { tick } = await import('../../core/fleet/steward/tick');
    const { tellOnce } = await import('../../core/fleet/steward/tellOnce');
    const { readNotifyConfig } = await import('../../core/fleet/notify/notifyConfig');
    const { requestMessages: words } = await import('../requestMessages');
    return tick({
      ...{ client, namespaces, fence },
      tell: async (requests, now) => {
        // read each time: it is changed without a start
        const config = await readNotifyConfig();
        if (config === undefined) return { accepted: 0, pending: 0 };
        return tellOnce(requests, now, { config, words, holder, fence });
      },
    });
  };
}

async function keepOn(
  call: Call,
  {
    client,
    namespace,
    holder,
    act,
  }: {
    readonly client: KubeClient;
    readonly namespace: string;
    readonly holder: string;
    readonly act: Act;
  },
): Promise<number> {
  const { options, terminal } = call;
  const { Leadership } = await import('../../core/fleet/steward/leadership');
  const { attend } = await import('../../core/fleet/steward/attend');
  const { metricsServer } = await import('../steward/metricsServer');
  const { listenAt, untilEnded } = await import('../console/listen');
  const heldSeconds = Math.ceil(secondsOf('lease', options.lease));
  // it stops well before another one begins
  const leadership = new Leadership(client, namespace, holder, {
    heldSeconds,
    countedOnSeconds: (heldSeconds * 2) / 3,
  });
  const stop = new AbortController();
  const everyMs = secondsOf('every', options.every) * 1000;
  const pages = options.console === undefined ? undefined : await consoleOf(call, client, namespace);
  const { attendance, ended } = attend(
    { leadership, everyMs, seekMs: Math.min(5000, (heldSeconds * 1000) / 6), signal: stop.signal },
    async () => act(() => leadership.fence()),
    ({ report, error }) => {
      if (error) tellProblem(call, client.cluster.alias, error);
      if (report) tellReport(call, report);
    },
  );
  const watch = metricsServer(() => {
    const { silentFor, busyFor, ...state } = attendance();
    return { state, isReady: silentFor < mostSilentMs, isAlive: busyFor < mostBusyMs };
  });
  const servers: readonly (readonly [Server, string])[] = [
    [watch, options.listen ?? '127.0.0.1:9464'],
    ...(pages === undefined ? [] : [[pages, options.console ?? ''] as const]),
  ];
  try {
    for (const [server, where] of servers) {
      const at = await listenAt(server, where);
      terminal.event({ type: 'listening', at });
      terminal.line(safe(`${server === watch ? 'Metrics' : 'The console'} at ${at}.`));
    }
    await untilEnded();
  } finally {
    stop.abort();
    for (const [server] of servers) {
      server.closeAllConnections();
      server.close();
    }
    await ended;
  }
  terminal.event({ type: 'result', outcome: 'done', exitCode: 0, data: {} });
  return 0;
}

const mostSilentMs = 60_000;
const mostBusyMs = 600_000;

function secondsOf(option: 'every' | 'lease', text = '30'): number {
  const value = Number(text);
  if (value >= 0.1 && value <= 3600) return value;
  throw new AppError('usage', { message: `--${option} takes seconds, 0.1 to 3600, not "${text}".` });
}

function tellProblem({ terminal }: Call, place: string, { code, data }: Failure): void {
  terminal.event({ type: 'problem', place, error: { code, data } });
  terminal.error(safe(`${place}: ${runningText(wordsFor(code, data, cliHints))}`));
}

function tellReport(call: Call, report: TickReport): void {
  const { timedOut, expired, removed, overdue, told, problems } = report;
  for (const { namespace, error } of problems) tellProblem(call, namespace, error);
  const isNews = timedOut.length + expired.length + removed.length + overdue.length + told.accepted > 0;
  call.terminal.event({ type: 'tick', ...dataOf(report) });
  if (isNews) for (const line of tickLines(report)) call.terminal.line(line);
}

function dataOf({ requests, timedOut, expired, told, removed, overdue }: TickReport): object {
  return {
    ...{ requests: requests.length, timedOut, expired, told: { accepted: told.accepted, pending: told.pending } },
    ...{ removed: removed.map(({ right }) => right), overdue: overdue.map(({ right }) => right) },
  };
}

function tellTick(call: Call, report: TickReport): number {
  for (const { namespace, error } of report.problems) tellProblem(call, namespace, error);
  // a message that nobody took yet is not sent
  const isLeft = report.problems.length + report.overdue.length + report.told.pending > 0;
  const exitCode = isLeft ? 1 : 0;
  const outcome = exitCode === 0 ? 'done' : 'failed';
  call.terminal.event({ type: 'result', outcome, exitCode, data: dataOf(report) });
  for (const line of tickLines(report)) call.terminal.line(line);
  return exitCode;
}
