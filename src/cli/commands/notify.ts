import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { AppError, isErrno } from '../../core/base/errors';
import type { Message, MessageFacts, NotifyEvent } from '../../core/fleet/notify/notifyEvents';
import { safe } from '../../words/format';
import type { Told } from '../../core/fleet/notify/requestMessages';
import type { Call, Command } from '../command';
import { cliHints } from '../hints';

/** Shows what would be sent. */
const preview: Command = {
  name: 'notify preview',
  summary: 'show a message as each kind of channel gets it: nothing is sent',
  examples: ['db-ferry notify preview failed', 'db-ferry notify preview done --json'],
  operands: [{ name: 'event', takes: ['text'] }],
  options: [],
  async run({ operands: [named = ''], terminal }) {
    const { readNotifyConfig } = await import('../../core/fleet/notify/notifyConfig');
    const { cloudEventBody, mailHtml, slackBody, teamsBody } = await import('../../core/fleet/notify/channelBodies');
    const config = await readNotifyConfig();
    const message = await rendered(sample(await eventNamed(named), config?.contacts), config?.templates);
    const bodies = {
      ...{ slack: slackBody(message), teams: teamsBody(message), webhook: cloudEventBody(message, 'preview') },
      mail: { subject: message.subject, text: message.body, html: mailHtml(message) },
    };
    terminal.event({ type: 'message', ...bodies });
    terminal.event({ type: 'result', outcome: 'done', exitCode: 0, data: { event: named, subject: message.subject } });
    terminal.line(safe(`Subject: ${message.subject}`));
    terminal.line();
    for (const line of message.body.trimEnd().split('\n')) terminal.line(safe(line));
    return 0;
  },
};

/** Sends a test. */
const test: Command = {
  name: 'notify test',
  summary: 'send a test message to a channel, or to all: was it accepted?',
  examples: ['db-ferry notify test', 'db-ferry notify test dba'],
  operands: [{ name: 'channel', takes: ['text'], optional: true }],
  options: [],
  changes: () => 'notify test',
  async run({ operands: [named], terminal }) {
    const { notifyFile, readNotifyConfig } = await import('../../core/fleet/notify/notifyConfig');
    const { deliver } = await import('../../core/fleet/notify/deliver');
    const config = await readNotifyConfig();
    const channels = Object.entries(config?.channels ?? {}).filter(([name]) => named === undefined || name === named);
    if (channels.length === 0) {
      const message =
        named === undefined ? `No channel is in ${notifyFile()}.` : `There is no channel ${named} in ${notifyFile()}.`;
      throw new AppError('usage', { message, command: 'notify test' });
    }
    const message = await rendered(sample('test', config?.contacts), config?.templates);
    const signal = AbortSignal.timeout(60_000);
    const all = await Promise.all(channels.map(async ([name, channel]) => deliver(name, channel, message, signal)));
    for (const one of all) {
      terminal.event({ type: 'delivery', ...one });
      terminal.line(safe(`${one.channel} (${one.kind}): ${one.accepted ? 'accepted' : 'NOT accepted'}, ${one.answer}`));
    }
    const failed = all.filter(({ accepted }) => !accepted).map(({ channel }) => channel);
    const exitCode = failed.length > 0 ? 1 : 0;
    terminal.event({ type: 'result', outcome: failed.length > 0 ? 'failed' : 'done', exitCode, data: { failed } });
    return exitCode;
  },
};

async function rendered(facts: MessageFacts, folder: string | undefined): Promise<Message> {
  const { renderMessage } = await import('../../core/fleet/notify/renderMessage');
  const { messageWords } = await import('../../words/messageTemplates');
  return renderMessage(facts, messageWords, folder);
}

/** Writes the shipped templates out. */
const templates: Command = {
  name: 'notify templates',
  summary: 'write the shipped templates into a folder, to be edited: what is there stays as it is',
  examples: ['db-ferry notify templates ./templates'],
  operands: [{ name: 'folder', takes: ['folder'] }],
  options: [],
  async run({ operands: [named = ''], terminal }) {
    const { messageWords } = await import('../../words/messageTemplates');
    const folder = path.resolve(named);
    await mkdir(folder, { recursive: true });
    const written: string[] = [];
    for (const [event, text] of Object.entries(messageWords.templates)) {
      const file = path.join(folder, `${event}.mustache`);
      try {
        await writeFile(file, text, { flag: 'wx' });
        written.push(file);
      } catch (error) {
        if (!isErrno(error, ['EEXIST'])) throw error;
      }
    }
    terminal.event({ type: 'result', outcome: 'done', exitCode: 0, data: { written } });
    terminal.line(`${written.length} written into ${safe(folder)}.`);
    return 0;
  },
};

/** Tells people of a request, again. */
const ofRequest: Command = {
  name: 'notify request',
  summary: 'tell people of a request once more: what it is for, and how it stands',
  more: [
    'What became of each message is written into the request: where its class has to be announced, that is what lets it begin.',
  ],
  examples: ['db-ferry notify request prod/shop/req-0123456789'],
  operands: [{ name: 'request', takes: ['text'] }],
  options: [],
  changes: () => 'notify request',
  async run(call) {
    const { terminal } = call;
    const { placeNamed } = await import('./requests');
    const { requestNamed } = await import('../../core/governance/requestFlow');
    const { tellOfRequest } = await import('../../core/fleet/notify/requestMessages');
    const { requestMessages } = await import('../requestMessages');
    const { stateEvents, toldLines } = await import('../../words/requestMessages');
    const { place, name } = await placeNamed(call, call.operands[0]);
    const request = await requestNamed(place, name ?? '');
    const told = await tellOfRequest(place, request, stateEvents(request, await place.now()), requestMessages);
    return toldResult(terminal, [told], toldLines(told, false, cliHints));
  },
};

/** Tells people what time brought. */
const due: Command = {
  name: 'notify due',
  summary:
    'tell people of requests what time brought: begins soon, nobody answered, nobody decided, has to be looked at',
  more: [
    'For a schedule that runs it every few minutes, where no steward does. Each message is sent until a channel takes it. Where nobody answered in the time that the policy gives them, those who stand behind them may decide from then on.',
  ],
  examples: ['db-ferry notify due prod/shop', 'db-ferry notify due'],
  operands: [{ name: 'cluster/namespace', takes: ['place'], optional: true }],
  options: [],
  changes: () => 'notify due',
  async run(call) {
    const { placeNamed, tellUnreadable } = await import('./requests');
    const { tellDue } = await import('../../core/fleet/notify/requestMessages');
    const { requestMessages } = await import('../requestMessages');
    const { toldLines } = await import('../../words/requestMessages');
    const { place } = await placeNamed(call, call.operands[0]);
    const [{ requests, unreadable }, now] = [await place.readAll(), await place.now()];
    tellUnreadable(call.terminal, unreadable);
    const all = await tellDue(
      requests.map((request) => ({ request, place })),
      now,
      requestMessages,
    );
    const lines = all.flatMap((told) =>
      toldLines(told, false, cliHints).map((line) => `${told.request.metadata.name}: ${line}`),
    );
    return toldResult(call.terminal, all, lines);
  },
};

function toldResult(terminal: Call['terminal'], all: readonly Told[], lines: readonly string[]): number {
  const deliveries = all.flatMap((one) => one.deliveries);
  for (const one of deliveries) terminal.event({ type: 'delivery', ...one });
  for (const line of lines) terminal.line(line);
  const isLost = all.some(({ problem }) => problem !== undefined) || deliveries.some(({ accepted }) => !accepted);
  const data = { messages: deliveries.length, accepted: deliveries.filter(({ accepted }) => accepted).length };
  if (deliveries.length === 0) terminal.info('Nobody was told: nothing is due, or nobody is to be told of it.');
  terminal.event({ type: 'result', outcome: isLost ? 'failed' : 'done', exitCode: isLost ? 1 : 0, data });
  return isLost ? 1 : 0;
}

export const notify: readonly Command[] = [preview, test, templates, ofRequest, due];

async function eventNamed(text: string): Promise<NotifyEvent> {
  const { notifyEvents } = await import('../../core/fleet/notify/notifyEvents');
  const found = notifyEvents.find((event) => event === text);
  if (found) return found;
  throw new AppError('usage', {
    message: `There is no event ${text}: ${notifyEvents.join(', ')}.`,
    command: 'notify preview',
  });
}

function sample(event: NotifyEvent, contacts: readonly string[] = []): MessageFacts {
  return {
    ...{ event, title: 'Restore shop of 2026-11-23 05:15:14 into shop on pg16-0', job: 't3kq0v1x9z', contacts },
    ...{ place: 'prod/shop/pg16-0/shop', by: 'alice@workspace', reason: 'the case of March', approval: 'CHG-4711' },
    ...{ outcome: 'This is how it stands or ended.', progress: 'restoring · 42 % · about 3 min left' },
    ...{
      lines: ['what was found is listed here'],
      report: 'db-ferry report t3kq0v1x9z',
      time: new Date().toISOString(),
    },
  };
}
