import { AppError } from '../../core/base/errors';
import { defined } from '../../core/base/defined';
import { parseReference } from '../../core/cluster/reference';
import type { KubeClient } from '../../core/cluster/kubeClient';
import type { JobWork } from '../../core/job/request';
import type { SaidLevel } from '../../core/governance/checkGovernance';
import type { OnRemains } from '../../core/governance/requestFlow';
import type { RequestPlace } from '../../core/governance/requestPlace';
import type { OperationRequest, UnreadableRequest } from '../../core/governance/operationRequest';
import type { RequestEvent } from '../../core/fleet/notify/notifyEvents';
import type { AskedOperation, Decision } from '../../core/policy/rules/decideByPolicy';
import { findingWords } from '../../words/findingWords';
import { runningText, wordsFor } from '../../words/errorWords';
import { safe } from '../../words/format';
import { decidedEvent } from '../../words/requestMessages';
import { levelWords, requestLine, requestLines } from '../../words/requestWords';
import type { Call, Command } from '../command';
import { cliHints } from '../hints';
import { backupReference, databaseReference, jobOrDatabase } from '../operands';
import { knownBy, questionOf } from '../policyQuestion';
import { restoreFlags, restoreOptions } from '../restoring';
import { askedOf, kubeconfigsOf, requestOf, rootOf } from '../setting';

const requestOperand = { name: 'request', takes: ['text'] } as const;
const wherePlain =
  'A request is named as cluster/namespace/name where the cluster keeps it, by its name alone where the root does.';

/** Asks for an operation, and waits for nobody. */
const request: Command = {
  name: 'request',
  summary: 'ask for an operation that a policy wants approved: the same words behind its name',
  more: [
    'What is asked for is written down with the SHA-256 of exactly what would be done. Who may approves it; then the same words, with --approval and the name of the request, do it. Nothing else runs by it, and it runs once.',
  ],
  examples: [
    'db-ferry request restore latest prod/shop/postgres-0/shop --as replace --reason "rows lost at noon" --ticket OPS-12',
    'db-ferry request undo prod/shop/postgres-0/shop --reason "the wrong backup" --emergency',
  ],
  operands: [
    { name: 'operation', takes: ['text'], words: ['restore', 'copy', 'undo', 'release', 'swap'] },
    { name: 'backup or database ref', takes: ['backup', 'database', 'job'] },
    { name: 'database ref', takes: ['database'], optional: true },
  ],
  options: restoreFlags,
  async run(call) {
    const { terminal } = call;
    const { requestSpecOf } = await import('../../core/governance/requestSpec');
    const { askFor } = await import('../../core/governance/requestFlow');
    const { askedEvents } = await import('../../core/fleet/notify/requestMessages');
    const { workOf } = await import('../../core/job/checkRequest');
    const job = await requestOf(call, await workAsked(call));
    const { asked, clients, sha256 } = await questionOf(call);
    const decisions = await decided(call, asked, clients);
    const target = targetOf(asked);
    const place = await placeFor(call, clients[0], target.namespace);
    const now = await place.now();
    const work = workOf(job);
    const spec = requestSpecOf({ asked, decisions, work, sha256, notBefore: job.asked.notBefore }, now);
    if (spec === undefined) {
      terminal.event({ type: 'result', outcome: 'done', exitCode: 0, data: { needed: false } });
      terminal.line('Nobody has to approve it: it may be done.');
      return 0;
    }
    const made = await askFor(place, spec);
    const data = { request: made.metadata.name, level: place.level, digest: made.spec.digest, class: made.spec.class };
    terminal.event({ type: 'result', outcome: 'done', exitCode: 0, data });
    for (const line of requestLines(made, now)) terminal.line(line);
    terminal.line(levelWords()[await levelOf(place)]);
    const { events, isNeeded } = askedEvents(made, decisions);
    await tell(call, place, made, events, isNeeded);
    return 0;
  },
};

/** All requests of a place. */
const requests: Command = {
  name: 'requests',
  summary: 'list requests: those of a namespace of a cluster, or those of the root; with a name, one of them',
  more: [wherePlain],
  examples: ['db-ferry requests prod/shop', 'db-ferry requests', 'db-ferry requests prod/shop/req-0123456789'],
  operands: [{ name: 'cluster/namespace or request', takes: ['place'], optional: true }],
  options: [],
  async run(call) {
    const { terminal } = call;
    const { place, name } = await placeNamed(call, call.operands[0]);
    const now = await place.now();
    const { requestNamed } = await import('../../core/governance/requestFlow');
    const { requests: wanted, unreadable } =
      name === undefined ? await place.readAll() : { requests: [await requestNamed(place, name)], unreadable: [] };
    for (const one of wanted) {
      terminal.event({ type: 'request', ...one });
      for (const line of name === undefined ? [requestLine(one, now)] : requestLines(one, now)) terminal.line(line);
    }
    tellUnreadable(terminal, unreadable);
    const data = { requests: wanted.length, unreadable: unreadable.length };
    terminal.event({ type: 'result', outcome: 'done', exitCode: 0, data });
    if (wanted.length + unreadable.length === 0) terminal.info('There is no request.');
    terminal.info(levelWords()[await levelOf(place)]);
    return 0;
  },
};

function deciding(decision: 'approve' | 'deny', summary: string): Command {
  return {
    name: decision,
    summary,
    more: [
      wherePlain,
      'It is decided in your own name, once, and never taken back. Nobody approves their own request. With the last approval that it needs, who asked is given the right to run it where the cluster gives rights by requests.',
    ],
    examples: [`db-ferry ${decision} prod/shop/req-0123456789 --reason "looked at it with the shop's team"`],
    operands: [requestOperand],
    options: [],
    async run(call) {
      const { terminal } = call;
      const { decideRequest } = await import('../../core/governance/requestFlow');
      const { place, name } = await placeNamed(call, call.operands[0]);
      const {
        request: made,
        right,
        until,
        unable,
      } = await decideRequest(place, name ?? '', decision, call.options.reason, undefined, tellRemains(call));
      const data = defined({ request: name, state: made.status.state, right, until: until?.toISOString() });
      terminal.event({ type: 'result', outcome: 'done', exitCode: 0, data });
      for (const line of requestLines(made, await place.now())) terminal.line(line);
      if (right !== undefined)
        terminal.line(safe(`${made.spec.requestedBy} has the right to run it by the RoleBinding ${right}.`));
      if (unable === true)
        terminal.line(
          'The right to run it could not be given here: nobody is kept from it, or somebody else gives it.',
        );
      terminal.line(levelWords()[await levelOf(place)]);
      await tell(call, place, made, [decidedEvent(made)]);
      return 0;
    },
  };
}

const withdraw: Command = {
  name: 'withdraw',
  summary: 'take your own request back, before it runs',
  more: [wherePlain],
  examples: ['db-ferry withdraw prod/shop/req-0123456789'],
  operands: [requestOperand],
  options: [],
  async run(call) {
    const { withdrawRequest } = await import('../../core/governance/requestFlow');
    const { place, name } = await placeNamed(call, call.operands[0]);
    const made = await withdrawRequest(place, name ?? '', tellRemains(call));
    const data = { request: made.metadata.name, state: made.status.state };
    call.terminal.event({ type: 'result', outcome: 'done', exitCode: 0, data });
    call.terminal.line(`The request ${made.metadata.name} is withdrawn.`);
    call.terminal.line(levelWords()[await levelOf(place)]);
    await tell(call, place, made, ['withdrawn']);
    return 0;
  },
};

const review: Command = {
  name: 'review',
  summary: 'say that you looked at what was done in an emergency',
  more: [wherePlain],
  examples: ['db-ferry review prod/shop/req-0123456789 --reason "it was right"'],
  operands: [requestOperand],
  options: [],
  async run(call) {
    const { reviewRequest } = await import('../../core/governance/requestFlow');
    const { place, name } = await placeNamed(call, call.operands[0]);
    const made = await reviewRequest(place, name ?? '', call.options.reason, tellRemains(call));
    const data = { request: made.metadata.name, state: made.status.state };
    call.terminal.event({ type: 'result', outcome: 'done', exitCode: 0, data });
    for (const line of requestLines(made, await place.now())) call.terminal.line(line);
    call.terminal.line(levelWords()[await levelOf(place)]);
    await tell(call, place, made, ['reviewed']);
    return 0;
  },
};

/** Rows of what lies where requests do and cannot be read: which, why, and what to do. */
export function tellUnreadable(terminal: Call['terminal'], unreadable: readonly UnreadableRequest[]): void {
  for (const { name, error } of unreadable) {
    terminal.event({ type: 'unreadable', request: name, error: { code: error.code, data: error.data } });
    terminal.line(safe(`${name}  unreadable  ${runningText(wordsFor(error.code, error.data, cliHints))}`));
  }
}

function tellRemains({ terminal }: Call): OnRemains {
  return (finding) => {
    terminal.event({ type: 'finding', finding });
    terminal.info(`warning: ${findingWords(finding, cliHints)}`);
  };
}

/** The work that the words behind `request` mean. */
async function workAsked(call: Call): Promise<JobWork> {
  const [operation = '', first = '', second = ''] = call.operands;
  const options = restoreOptions(call.options);
  switch (operation) {
    case 'restore':
      return {
        kind: 'restore',
        backup: await backupReference(call, first),
        target: await databaseReference(second),
        options,
      };
    case 'copy':
      return { kind: 'copy', source: await databaseReference(first), target: await databaseReference(second), options };
    case 'undo':
    case 'release':
    case 'swap':
      return { kind: operation, of: await jobOrDatabase({ ...call, operands: [first] }), options: {} };
    default:
      throw new AppError('usage', {
        message: `${operation} is not asked for: restore, copy, undo, release and swap are.`,
      });
  }
}

async function decided(
  call: Call,
  asked: AskedOperation,
  clients: readonly KubeClient[],
): Promise<readonly Decision[]> {
  const { policiesInForce } = await import('../../core/policy/policies');
  const { decideAll } = await import('../../core/policy/decideAll');
  return decideAll(await policiesInForce(await rootOf(call), clients), asked).decisions;
}

function targetOf({ target, source }: AskedOperation): NonNullable<AskedOperation['target']> {
  const place = target ?? source;
  if (place === undefined) throw new AppError('usage', { message: 'A request names the database that it is for.' });
  return place;
}

async function placeFor(call: Call, client: KubeClient | undefined, namespace: string): Promise<RequestPlace> {
  const { requestPlaceOf } = await import('../../core/governance/requestPlaceOf');
  return requestPlaceOf(client && { client, namespace }, await rootOf(call), askedOf(call).by);
}

/** `cluster/namespace[/name]` of a cluster, a name alone of the root. */
export async function placeNamed(
  call: Call,
  text: string | undefined,
): Promise<{ readonly place: RequestPlace; readonly name: string | undefined }> {
  if (text?.includes('/') !== true) {
    const { RootRequests } = await import('../../core/governance/rootRequests');
    return { place: new RootRequests(await rootOf(call), askedOf(call).by), name: text };
  }
  const { cluster, namespace, pod: name } = parseReference(text);
  if (namespace === undefined) throw new AppError('usage', { message: `${text} names no namespace.` });
  const { client } = await knownBy({ kubeconfigs: kubeconfigsOf(call), cluster });
  return { place: await placeFor(call, client, namespace), name };
}

/** Tells people what happened to a request; what happened counts whatever becomes of that. */
async function tell(
  call: Call,
  place: RequestPlace,
  made: OperationRequest,
  events: readonly RequestEvent[],
  isNeeded = false,
): Promise<void> {
  const { tellOfRequest } = await import('../../core/fleet/notify/requestMessages');
  const { requestMessages } = await import('../requestMessages');
  const { toldLines } = await import('../../words/requestMessages');
  const told = await tellOfRequest(place, made, events, requestMessages);
  for (const line of toldLines(told, isNeeded, cliHints)) call.terminal.info(line);
}

async function levelOf({ kept }: RequestPlace): Promise<SaidLevel> {
  const { levelSaid } = await import('../../core/governance/checkGovernance');
  return levelSaid(kept);
}

/** What has to do with requests. */
export const requestCommands: readonly Command[] = [
  request,
  requests,
  deciding('approve', 'approve a request, in your own name'),
  deciding('deny', 'deny a request, in your own name; an approval that is not used yet ends with it'),
  withdraw,
  review,
];
