import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as v from 'valibot';
import { ownTrailStore } from '../../../../src/core/audit/ownTrail';
import { isAppError } from '../../../../src/core/base/errors';
import { cloudEventBody, mailHtml, slackBody, teamsBody } from '../../../../src/core/fleet/notify/channelBodies';
import { notifyEvents, requestEvents, type Message } from '../../../../src/core/fleet/notify/notifyEvents';
import { consoleLink, editorLink, tellDue, tellOfRequest } from '../../../../src/core/fleet/notify/requestMessages';
import { renderMessage } from '../../../../src/core/fleet/notify/renderMessage';
import { dueMessages } from '../../../../src/core/governance/dueMessages';
import { isAnnounced } from '../../../../src/core/governance/judge';
import {
  parseOperationRequest,
  workDigest,
  type OperationRequest,
} from '../../../../src/core/governance/operationRequest';
import { askFor, decideRequest, mayBegin } from '../../../../src/core/governance/requestFlow';
import { RootRequests } from '../../../../src/core/governance/rootRequests';
import { addressOfLink } from '../../../../src/ui/requests/requestLinks';
import { requestMessages as requestMessageWords } from '../../../../src/cli/requestMessages';
import { ferry } from '../../cli/ferry';

const work = { kind: 'restore', target: { cluster: 'prod', namespace: 'shop', pod: 'postgres-0', database: 'shop' } };
const digest = workDigest(work, undefined);
const hour = 3_600_000;
const start = Date.UTC(2026, 10, 30);
const at = (hours: number): string => new Date(start + hours * hour).toISOString();

const asked = {
  ...{ operation: 'restore', target: { workload: 'postgres', database: 'shop' }, digest, class: 'management' },
  ...{ work: JSON.stringify(work), approvals: 1, validMinutes: 240, emergency: false, reason: 'rows lost' },
};

function requestOf(status: object, change: object = {}): OperationRequest {
  const spec = { ...asked, requestedBy: 'alice', waitsUntil: at(72), ...change };
  const metadata = { name: 'req-0123456789', creationTimestamp: at(0) };
  const read = parseOperationRequest({ metadata, spec, status });
  assert.ok(read);
  return read;
}

const yes = { by: 'bob', decision: 'approve', digest, at: at(10) } as const;
const told = (event: string, accepted: boolean, hours: number, tries = 1): object => ({
  ...{ event, channel: 'dba', state: accepted ? 'accepted' : 'refused', at: at(hours), by: 'alice', tries },
});

describe('messages about requests', function () {
  this.timeout(60_000);
  let folder: string;
  let root: string;
  let web: Server;
  let answers: 'yes' | 'no' | 'never';
  const before_ = { ...process.env };
  const received: Record<string, unknown>[] = [];

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'ferry-requests-'));
    process.env['XDG_STATE_HOME'] = folder;
    delete process.env['DB_FERRY_AUDIT'];
    web = createServer((request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
      request.on('end', () => {
        if (answers === 'never') return;
        if (answers === 'no') return void response.writeHead(403).end();
        received.push(JSON.parse(body) as Record<string, unknown>);
        response.writeHead(200).end();
      });
    });
    await once(web.listen(0, '127.0.0.1'), 'listening');
    await writeFile(path.join(folder, 'url'), `http://127.0.0.1:${(web.address() as AddressInfo).port}/\n`);
    const config = [
      'console: https://ferry.example.org/',
      'contacts: ["DBA team +41 44"]',
      'channels:',
      `  team: {kind: webhook, url: {file: ${path.join(folder, 'url')}}}`,
      'send:',
      '  - {kinds: [restore], places: ["prod/*"], to: [team]}',
    ];
    process.env['DB_FERRY_NOTIFY'] = path.join(folder, 'notify.yaml');
    await writeFile(process.env['DB_FERRY_NOTIFY'], config.join('\n'), { mode: 0o600 });
  });
  after(async () => {
    web.closeAllConnections();
    web.close();
    for (const name of ['XDG_STATE_HOME', 'DB_FERRY_NOTIFY', 'DB_FERRY_AUDIT']) {
      if (before_[name] === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = before_[name];
    }
    await rm(folder, { recursive: true, force: true });
  });
  beforeEach(async () => {
    root = await mkdtemp(path.join(folder, 'root-'));
    answers = 'yes';
    received.length = 0;
  });

  const alice = (): RootRequests => new RootRequests(root, 'alice');

  it('what happens to one is told, and written into it and into the trail with what became of each message', async () => {
    const made = await askFor(alice(), { ...asked, notBefore: new Date(Date.now() + 30 * hour).toISOString() });
    const first = await tellOfRequest(alice(), made, ['asked', 'planned'], requestMessageWords);
    assert.deepEqual(first.deliveries.map(({ event, accepted }) => [event, accepted]).sort(), [
      ['asked', true],
      ['planned', true],
    ]);
    const decided = await decideRequest(new RootRequests(root, 'bob'), made.metadata.name, 'approve', 'seen');
    answers = 'no';
    const second = await tellOfRequest(alice(), decided.request, ['approved'], requestMessageWords);
    assert.deepEqual(
      second.deliveries.map(({ accepted, answer }) => [accepted, answer]),
      [[false, 'HTTP 403']],
    );
    const read = await alice().get(made.metadata.name);
    assert.deepEqual((read?.status.notices ?? []).map((one) => `${one.event} ${one.by} ${one.state}`).sort(), [
      'approved alice refused',
      'asked alice accepted',
      'planned alice accepted',
    ]);
    // evidence says nothing of its state
    assert.equal(read?.status.state, 'Approved');
    const { data } = received.find(({ type }) => type === 'io.db-ferry.notify.asked') as {
      data: Record<string, string>;
    };
    assert.equal(data['subject'], `[DB Ferry] APPROVAL ASKED: restore of postgres/shop (${made.metadata.name})`);
    assert.match(data['body'] ?? '', /alice needs 1 approval/);
    assert.match(data['body'] ?? '', /why: rows lost/);
    const link = /vscode:\/\/db-ferry\.db-ferry(\/request)\?(\S+)/.exec(data['body'] ?? '');
    assert.deepEqual(addressOfLink(link?.[1] ?? '', link?.[2] ?? ''), { name: made.metadata.name });
    let trail = '';
    for await (const { key } of (await ownTrailStore()).list('records/'))
      trail += (await (await ownTrailStore()).get(key, 1e6)).toString();
    for (const word of ['"outcome":"accepted"', '"outcome":"notAccepted"', made.metadata.name])
      assert.ok(trail.includes(word), word);
  });

  it('a planned operation of which nobody was told does not begin; a dead channel delays nothing else', async () => {
    const soon = new Date(Date.now() + 26 * hour);
    const made = await askFor(alice(), { ...asked, notBefore: soon.toISOString() });
    answers = 'never';
    const lost = await tellOfRequest(alice(), made, ['planned'], requestMessageWords, { patienceMs: 200 });
    assert.deepEqual(
      lost.deliveries.map(({ accepted }) => accepted),
      [false],
    );
    // it is decided on all the same
    const { request } = await decideRequest(new RootRequests(root, 'bob'), made.metadata.name, 'approve', undefined);
    assert.equal(request.status.state, 'Approved');
    const later = new (class extends RootRequests {
      override async now(): Promise<Date> {
        return Promise.resolve(new Date(soon.getTime() + hour));
      }
    })(root, 'alice');
    const begin = async (noticeHours: number): Promise<OperationRequest> =>
      mayBegin(later, made.metadata.name, { digest, approvals: 1, noticeHours });
    await assert.rejects(begin(24), (e) => isAppError(e, 'approval.refused') && e.data.reason === 'unannounced');
    assert.equal((await begin(0)).metadata.name, made.metadata.name);
    answers = 'yes';
    await tellOfRequest(alice(), made, ['planned'], requestMessageWords);
    assert.equal((await begin(24)).metadata.name, made.metadata.name);
    // one that came too late is none
    await assert.rejects(begin(27), (e) => isAppError(e, 'approval.refused') && e.data.reason === 'unannounced');
    for (const [status, is] of [
      [{ notices: [told('planned', true, 0)] }, true],
      [{ notices: [told('planned', true, 6.1)] }, true],
      [{ notices: [told('planned', true, 6.5)] }, false],
      [{ notices: [told('planned', false, 0), told('asked', true, 0)] }, false],
      [{}, false],
    ] as const)
      assert.equal(isAnnounced(requestOf(status, { notBefore: at(30) }), 24), is, JSON.stringify(status));
    assert.equal(isAnnounced(requestOf({ notices: [told('planned', true, 0)] }), 24), false);
  });

  it('what time brings is due once, until a channel takes it', async () => {
    const approved = { state: 'Approved', approvals: [yes] };
    const urgent = { emergency: true, escalateAfterMinutes: 30, reviewWithinHours: 24 };
    const rows: readonly (readonly [OperationRequest, number, string])[] = [
      [requestOf({}), 1, ''],
      [requestOf({}), 73, 'timedOut'],
      [requestOf({}, urgent), 0.4, ''],
      [requestOf({}, urgent), 0.6, 'escalated'],
      [requestOf({ notices: [told('escalated', true, 0.5)] }, urgent), 0.6, ''],
      [requestOf({ notices: [told('escalated', false, 0.5)] }, urgent), 0.6, 'escalated'],
      [requestOf({ notices: [told('escalated', false, 1, 15)] }, urgent), 6, ''],
      [requestOf(approved, { notBefore: at(24) }), 22, ''],
      [requestOf(approved, { notBefore: at(24) }), 23.5, 'reminder'],
      [requestOf(approved, { notBefore: at(24) }), 24.5, ''],
      [requestOf(approved), 13, ''],
      [requestOf(approved), 15, 'expired'],
      [requestOf({ ...approved, state: 'ReviewDue' }, urgent), 15, 'review'],
      [requestOf({ ...approved, state: 'ReviewDue' }, urgent), 40, 'overdue'],
      [requestOf({ state: 'TimedOut' }), 73, 'timedOut'],
      [requestOf({ state: 'TimedOut' }), 73 + 24 * 8, ''],
      [requestOf({ ...approved, state: 'Expired' }), 15, 'expired'],
      ...['Done', 'Failed', 'Denied', 'Withdrawn', 'Running'].map(
        (state) => [requestOf({ ...approved, state }), 80, ''] as const,
      ),
    ];
    for (const [request, hours, due] of rows)
      assert.equal(dueMessages(request, new Date(start + hours * hour)).join(), due, `${hours} ${due}`);
    // the whole way: who stands behind the approvers may decide from then on, and everybody is told once
    const made = await askFor(alice(), {
      ...asked,
      ...urgent,
      approvers: ['group:on-call'],
      fallback: ['group:directors'],
    });
    const later = new (class extends RootRequests {
      override async now(): Promise<Date> {
        return Promise.resolve(new Date(Date.now() + hour));
      }
    })(root, 'steward');
    const due = async (): ReturnType<typeof tellDue> =>
      tellDue(
        (await later.readAll()).requests.map((request) => ({ request, place: later })),
        await later.now(),
        requestMessageWords,
      );
    const [one] = await due();
    assert.deepEqual([one?.events, one?.deliveries.length, one?.problem], [['escalated'], 1, undefined]);
    assert.equal((await alice().get(made.metadata.name))?.status.escalated?.by, 'steward');
    assert.match(
      (received.at(-1)?.['data'] as { body: string }).body,
      /nobody decided within 30 minutes; now directors may/,
    );
    assert.deepEqual(await due(), []);
  });

  it('on the command line what was told is said, and what was not', async () => {
    const made = await askFor(alice(), asked);
    const { name } = made.metadata;
    const sent = await ferry('notify', 'request', name, '--root', root);
    assert.equal(sent.exitCode, 0, sent.err);
    assert.match(sent.out, /told: team, asked/);
    answers = 'no';
    const denied = await ferry('deny', name, '--root', root, '--reason', 'not now');
    assert.equal(denied.exitCode, 0, 'what was decided counts, whoever was told of it');
    assert.match(denied.err, /NOT told: team, denied: HTTP 403/);
    const again = await ferry('notify', 'request', name, '--root', root);
    assert.equal(again.exitCode, 1);
    const none = await ferry('notify', 'due', '--root', root);
    assert.deepEqual([none.exitCode, none.out], [0, '']);
  });

  it('every message, of each event, is what each channel takes, leads to its request and says success of nothing else', async () => {
    const now = new Date(start + 11 * hour);
    const review = { by: 'carol', at: at(12) };
    const request = requestOf(
      { state: 'Approved', approvals: [yes], review },
      { ...{ notBefore: at(40), escalateAfterMinutes: 30, reviewWithinHours: 24 }, fallback: ['group:it-directors'] },
    );
    const where = { cluster: 'prod', namespace: 'shop' };
    for (const event of notifyEvents) {
      const isOfRequest = (requestEvents as readonly string[]).includes(event);
      const message: Message = await renderMessage(
        {
          ...{ event, title: requestMessageWords.title(request), request: 'req-0123456789', by: 'alice' },
          outcome: isOfRequest
            ? requestMessageWords.outcome(request, event as (typeof requestEvents)[number], now)
            : 'x',
          ...{ lines: requestMessageWords.lines(request, now), contacts: ['DBA'], time: now.toISOString() },
          ...{ command: requestMessageWords.command('prod/shop/req-0123456789') },
          browser: consoleLink('https://ferry.example.org/', 'req-0123456789', where),
          editor: editorLink('req-0123456789', where),
        },
        requestMessageWords.messages,
      );
      assert.ok(
        message.subject.startsWith(`[DB Ferry] ${requestMessageWords.messages.events[event]}: `),
        message.subject,
      );
      if (event !== 'done') assert.doesNotMatch(message.subject, /\b(done|success\w*|ok|restored|completed?)\b/i);
      assert.doesNotMatch(message.body, /\{\{|undefined|\[object/, event);
      v.parse(slackMessage, slackBody(message));
      v.parse(teamsMessage, teamsBody(message));
      v.parse(cloudEvent, cloudEventBody(message, 'x'));
      assert.match(mailHtml(message), /<a href="https:\/\/ferry\.example\.org\/requests\/prod\/shop\/req-0123456789">/);
      if (isOfRequest) assert.ok(message.body.includes('db-ferry requests prod/shop/req-0123456789'), event);
    }
    assert.deepEqual(addressOfLink('/request', editorLink('req-0123456789', where).split('?')[1] ?? ''), {
      ...{ name: 'req-0123456789', ...where },
    });
    // nobody leads anywhere else by a name
    assert.equal(
      consoleLink('https://c', '../x', { cluster: 'a/../..', namespace: '?' }),
      'https://c/requests/a%2F..%2F../%3F/..%2Fx',
    );
  });

  it('the shipped templates are those that the documentation names', async () => {
    const page = await readFile(path.join(import.meta.dirname, '../../../../docs/notifications.md'), 'utf8');
    for (const event of notifyEvents) if (event !== 'test') assert.ok(page.includes(`\`${event}\``), event);
  });
});

/** What Slack takes: https://api.slack.com/reference/block-kit/blocks, as far as we use it, with its limits. */
const plain = (most: number) =>
  v.strictObject({
    type: v.literal('plain_text'),
    text: v.pipe(v.string(), v.minLength(1), v.maxLength(most)),
    emoji: v.boolean(),
  });
const slackMessage = v.strictObject({
  text: v.pipe(v.string(), v.minLength(1), v.maxLength(40_000)),
  blocks: v.pipe(
    v.array(
      v.variant('type', [
        v.strictObject({ type: v.literal('header'), text: plain(150) }),
        v.strictObject({ type: v.literal('section'), text: plain(3000) }),
        v.strictObject({
          type: v.literal('actions'),
          elements: v.pipe(
            v.array(
              v.strictObject({
                type: v.literal('button'),
                text: plain(75),
                url: v.pipe(v.string(), v.url(), v.startsWith('https://'), v.maxLength(3000)),
              }),
            ),
            v.minLength(1),
            v.maxLength(25),
          ),
        }),
      ]),
    ),
    v.minLength(1),
    v.maxLength(50),
  ),
});

/** What a Teams workflow takes: an Adaptive Card 1.5, as far as we use it. */
const teamsMessage = v.strictObject({
  type: v.literal('message'),
  attachments: v.pipe(
    v.array(
      v.strictObject({
        contentType: v.literal('application/vnd.microsoft.card.adaptive'),
        content: v.strictObject({
          $schema: v.literal('http://adaptivecards.io/schemas/adaptive-card.json'),
          type: v.literal('AdaptiveCard'),
          version: v.literal('1.5'),
          body: v.array(
            v.strictObject({
              type: v.literal('RichTextBlock'),
              inlines: v.array(
                v.strictObject({
                  type: v.literal('TextRun'),
                  text: v.pipe(v.string(), v.minLength(1)),
                  weight: v.optional(v.picklist(['lighter', 'default', 'bolder'])),
                  size: v.optional(v.picklist(['small', 'default', 'medium', 'large', 'extraLarge'])),
                  color: v.optional(v.picklist(['default', 'dark', 'light', 'accent', 'good', 'warning', 'attention'])),
                }),
              ),
            }),
          ),
          actions: v.optional(
            v.array(
              v.strictObject({
                type: v.literal('Action.OpenUrl'),
                title: v.string(),
                url: v.pipe(v.string(), v.url()),
              }),
            ),
          ),
        }),
      }),
    ),
    v.length(1),
  ),
});

const cloudEvent = v.strictObject({
  ...{ specversion: v.literal('1.0'), id: v.string(), source: v.string(), type: v.string() },
  ...{ time: v.pipe(v.string(), v.isoTimestamp()), subject: v.optional(v.string()) },
  ...{ datacontenttype: v.literal('application/json'), data: v.looseObject({ subject: v.string(), body: v.string() }) },
});
