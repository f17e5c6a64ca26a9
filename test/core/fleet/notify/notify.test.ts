import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { SMTPServer } from 'smtp-server';
import { isAppError } from '../../../../src/core/base/errors';
import type { Progress } from '../../../../src/core/base/progress';
import { mailHtml, slackBody, teamsBody } from '../../../../src/core/fleet/notify/channelBodies';
import { deliver } from '../../../../src/core/fleet/notify/deliver';
import { channelsFor, parseNotifyConfig, type Channel } from '../../../../src/core/fleet/notify/notifyConfig';
import { notifyEvents, type Message, type MessageFacts } from '../../../../src/core/fleet/notify/notifyEvents';
import { NotifySink, type NotifyWords } from '../../../../src/core/fleet/notify/notifySink';
import { renderMessage } from '../../../../src/core/fleet/notify/renderMessage';
import { createJobFolder } from '../../../../src/core/job/record/jobFolder';
import type { JobResult } from '../../../../src/core/job/record/jobEvents';
import type { JobRequest } from '../../../../src/core/job/request';
import { messageWords } from '../../../../src/words/messageTemplates';

const facts: MessageFacts = {
  ...{ event: 'failed', title: 'Restore shop into shop on pg-0', job: 'j1', by: 'alice', place: 'a/shop/pg-0/shop' },
  ...{ outcome: 'It failed.', lines: ['one', 'two'], report: 'db-ferry report j1', time: '2026-03-01T10:00:00.000Z' },
};
const never = new AbortController().signal;

async function rendered(said: MessageFacts, templates?: string): Promise<Message> {
  return renderMessage(said, messageWords, templates);
}

interface Received {
  readonly path: string;
  readonly type: string | undefined;
  readonly signature: string | undefined;
  readonly body: string;
}

describe('messages to people', function () {
  this.timeout(60_000);
  let folder: string;
  let state: string | undefined;
  let web: Server;
  let smtp: SMTPServer;
  let address: string;
  let mailPort: number;
  const received: Received[] = [];
  const mails: string[] = [];

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'ferry-notify-'));
    state = process.env['XDG_STATE_HOME'];
    process.env['XDG_STATE_HOME'] = folder;
    let busy = 1;
    web = createServer((request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
      request.on('end', () => {
        const { url = '' } = request;
        if (url === '/silent') return;
        if (url === '/elsewhere') return void response.writeHead(302, { location: '/stolen' }).end();
        if (url === '/busy' && busy-- > 0) return void response.writeHead(503, { 'retry-after': '0' }).end();
        if (url === '/no') return void response.writeHead(403).end('secret words');
        const signature = request.headers['x-db-ferry-signature'];
        received.push({ path: url, type: request.headers['content-type'], signature: signature?.toString(), body });
        response.writeHead(200).end('ok');
      });
    });
    await once(web.listen(0, '127.0.0.1'), 'listening');
    address = `http://127.0.0.1:${(web.address() as AddressInfo).port}`;
    smtp = new SMTPServer({
      ...{ authOptional: true, disabledCommands: ['STARTTLS'], allowInsecureAuth: true },
      onAuth: ({ username, password }, _, done) =>
        username === 'ferry' && password === 'right' ? done(null, { user: 'ferry' }) : done(new Error('535')),
      onData: (stream, _, done) => {
        let text = '';
        stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
        stream.on('end', () => {
          mails.push(text);
          done();
        });
      },
    });
    await new Promise<void>((resolve) => smtp.listen(0, '127.0.0.1', resolve));
    mailPort = (smtp.server.address() as AddressInfo).port;
    process.env['TEST_MAIL_PASSWORD'] = 'right';
  });
  after(async () => {
    web.closeAllConnections();
    web.close();
    await new Promise<void>((resolve) => smtp.close(() => resolve()));
    delete process.env['TEST_MAIL_PASSWORD'];
    if (state === undefined) delete process.env['XDG_STATE_HOME'];
    else process.env['XDG_STATE_HOME'] = state;
    await rm(folder, { recursive: true, force: true });
  });
  beforeEach(() => {
    received.length = 0;
    mails.length = 0;
  });

  const to = async (kind: 'slack' | 'teams' | 'webhook', where: string, more = {}): Promise<Channel> => {
    const file = path.join(folder, `url${where.replace('/', '-')}`);
    await writeFile(file, `${address}${where}\n`);
    return { kind, url: { file }, ...more };
  };
  const mailTo = (more: object = {}): Channel => ({
    ...{
      kind: 'mail',
      host: '127.0.0.1',
      port: mailPort,
      security: 'none',
      from: 'ferry@example.org',
      to: ['dba@example.org'],
    },
    ...{ user: 'ferry', password: { env: 'TEST_MAIL_PASSWORD' } },
    ...more,
  });

  it('go in clear to this machine or a Service of the cluster only, unless that is said', () => {
    const channel = (host: string, more = ''): string =>
      `channels: {dba: {kind: mail, host: "${host}", security: none, from: a@example.org, to: [b@example.org]${more}}}\nsend: []\n`;
    for (const host of ['localhost', '127.0.0.1', '127.8.0.1', '::1', 'mail.ops.svc', 'mail.ops.svc.cluster.local.']) {
      assert.equal(Object.keys(parseNotifyConfig(channel(host), 'f').channels).length, 1, host);
    }
    const far = [
      'mail.example.org',
      '10.0.0.5',
      'localhost.example.org',
      'svc',
      'a.svc',
      'x.a.b.svc',
      '127.0.0.1.nip.io',
      '0.0.0.0',
    ];
    for (const host of far) {
      assert.throws(
        () => parseNotifyConfig(channel(host), 'f'),
        (error) =>
          isAppError(error, 'notify.config') && error.data.why === 'clear' && error.data.at === 'channels.dba.security',
        host,
      );
      assert.equal(Object.keys(parseNotifyConfig(channel(host, ', insecure: true'), 'f').channels).length, 1);
    }
  });

  it('reach each kind of channel, and say so', async () => {
    const message = await rendered(facts);
    const channels: readonly Channel[] = [
      await to('slack', '/slack'),
      await to('teams', '/teams'),
      await to('webhook', '/own', { secret: { env: 'TEST_MAIL_PASSWORD' } }),
      mailTo(),
    ];
    for (const channel of channels) {
      const { accepted, answer } = await deliver('x', channel, message, never);
      assert.equal(accepted, true, answer);
    }
    assert.deepEqual(
      received.map(({ path: at, type }) => [at, type]),
      [
        ['/slack', 'application/json'],
        ['/teams', 'application/json'],
        ['/own', 'application/cloudevents+json'],
      ],
    );
    const { body, signature } = received[2]!;
    assert.equal(signature, `sha256=${createHmac('sha256', 'right').update(body).digest('hex')}`);
    assert.equal((JSON.parse(body) as { type: string }).type, 'io.db-ferry.notify.failed');
    assert.match(mails[0]!, /^Subject: \[DB Ferry\] FAILED: Restore shop/m);
  });

  it('what is refused, silent, wrong or elsewhere is told as not accepted, without its address', async () => {
    const message = await rendered(facts);
    const quick = (ms: number): AbortSignal => AbortSignal.timeout(ms);
    const rows: readonly (readonly [Channel, boolean, RegExp, AbortSignal])[] = [
      [await to('slack', '/busy'), true, /HTTP 200/, never],
      [await to('slack', '/no'), false, /^HTTP 403$/, never],
      [await to('slack', '/elsewhere'), false, /^HTTP 302$/, never],
      [await to('slack', '/silent'), false, /./, quick(300)],
      [{ kind: 'teams', url: { env: 'TEST_NOT_THERE' } }, false, /notify.secret/, never],
      [{ kind: 'teams', url: { env: 'TEST_MAIL_PASSWORD' } }, false, /^ERR_INVALID_URL$/, never],
      [mailTo({ password: { file: path.join(folder, 'url-no') } }), false, /535|EAUTH/, quick(20_000)],
      [mailTo({ port: 1 }), false, /ECONN|ESOCKET/, quick(20_000)],
      [mailTo({ security: 'starttls' }), false, /./, quick(20_000)],
    ];
    for (const [channel, wanted, answer, signal] of rows) {
      const delivery = await deliver('x', channel, message, signal);
      assert.equal(delivery.accepted, wanted, JSON.stringify(delivery));
      assert.match(delivery.answer, answer);
      assert.ok(!JSON.stringify(delivery).includes(address), JSON.stringify(delivery));
    }
    assert.deepEqual(
      received.filter(({ path: at }) => at === '/stolen'),
      [],
    );
  });

  it('the subject comes from the outcome, whatever a template or a name says', async () => {
    const own = path.join(folder, 'templates');
    await import('node:fs/promises').then(async ({ mkdir }) => mkdir(own));
    for (const event of notifyEvents) {
      await writeFile(path.join(own, `${event}.mustache`), 'Subject: DONE\nAll is well: {{title}}');
      const { subject } = await rendered({ ...facts, event, title: 'DONE\r\nSubject: DONE' }, own);
      assert.ok(subject.startsWith(`[DB Ferry] ${messageWords.events[event]}: `), subject);
      assert.ok(!/[\r\n]/.test(subject));
      if (event !== 'done') assert.doesNotMatch(messageWords.events[event], /\b(done|success|ok|good|well)\b/i);
    }
    await writeFile(path.join(own, 'failed.mustache'), '{{#title}} no end');
    await assert.rejects(rendered(facts, own), (error) => isAppError(error, 'notify.template'));
  });

  it('hostile texts break out of no markup', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom(...hostile), { minLength: 1, maxLength: 6 }), async (parts) => {
        const text = parts.join('');
        const message = await rendered({
          ...facts,
          title: text,
          outcome: text,
          reason: text,
          lines: [text],
          place: text,
        });
        checkHtml(mailHtml(message));
        const slack = slackBody(message);
        assert.doesNotMatch(String(slack['text']), /[<>]/);
        checkKinds(slack['blocks'], 'type', ['header', 'section', 'plain_text']);
        checkKinds(teamsBody(message)['attachments'], 'type', ['AdaptiveCard', 'RichTextBlock', 'TextRun']);

        assert.doesNotMatch(message.body, /[\x00-\x09\x0b-\x1f\x7f\u202a-\u202e]/);
        assert.equal(
          message.body.split('\n').length,
          (await rendered({ ...facts, title: 'a', outcome: 'a', reason: 'a', lines: ['a'], place: 'a' })).body.split(
            '\n',
          ).length,
        );
      }),
      { numRuns: 200 },
    );
  });

  it('every event has a template that holds its facts', async () => {
    for (const event of notifyEvents) {
      const { body } = await rendered({
        ...facts,
        event,
        progress: '42 %',
        contacts: ['+41 1'],
        anchor: 'db-ferry-anchor/1 x',
      });
      assert.ok(
        body.trim().length > 20 && body.includes('db-ferry-anchor/1 x') && !body.includes('{{'),
        `${event}: ${body}`,
      );
      if (!['digest', 'heartbeat'].includes(event)) assert.ok(body.includes(facts.title), event);
    }
  });

  it('who is told is what the file says; it holds no secret, and what is wrong in it is named', () => {
    const config = parseNotifyConfig(yaml, '/etc/notify.yaml');
    const asked = (event: string, kind: string, place: string): readonly string[] =>
      channelsFor(config, { event, kind, places: [place] });
    assert.deepEqual(asked('failed', 'restore', 'prod/shop'), ['dba', 'chat']);
    assert.deepEqual(asked('done', 'restore', 'prod/shop'), ['chat']);
    assert.deepEqual(asked('done', 'backup', 'prod/shop'), []);
    assert.deepEqual(asked('done', 'restore', 'test/shop'), []);
    assert.equal(config.templates, '/etc/own');
    for (const [text, at] of [
      [yaml.replace('url: {env: CHAT}', 'url: https://hooks.example/secret'), /channels.chat.url/],
      [yaml.replace('[dba]', '[nobody]'), /nobody/],
      [yaml.replace('failed', 'happy'), /events/],
      [yaml.replace('dba@example.org', '"dba@example.org\\r\\nBcc: all@example.org"'), /channels.dba.to/],
      ['{', /^own.noYaml$/],
    ] as const) {
      assert.throws(
        () => parseNotifyConfig(text, 'f'),
        (error) => isAppError(error, 'notify.config') && at.test(error.data.at) && !error.message.includes('secret'),
      );
    }
  });

  it('a job tells that it began, where it is, and how it ended; a dead channel keeps nobody waiting', async () => {
    const file = path.join(folder, 'notify.yaml');
    await to('slack', '/slack');
    await to('slack', '/silent');
    await writeFile(
      file,
      `statusMinutes: 0.01
channels:
  dead: {kind: slack, url: {file: ${path.join(folder, 'url-silent')}}}
  chat: {kind: slack, url: {file: ${path.join(folder, 'url-slack')}}}
  dba: {kind: mail, host: 127.0.0.1, port: ${mailPort}, security: none, user: ferry, password: {env: TEST_MAIL_PASSWORD}, from: ferry@example.org, to: [dba@example.org]}
send:
  - {to: [dead, chat, dba]}
`,
      { mode: 0o600 },
    );
    process.env['DB_FERRY_NOTIFY'] = file;
    try {
      const root = await mkdtemp(path.join(folder, 'root-'));
      const request: JobRequest = {
        ...{ schema: 2, kind: 'backup', source: { cluster: 'a', namespace: 'shop', pod: 'pg-0', database: 'shop' } },
        ...{ options: {}, kubeconfigs: [], root, asked: { by: 'alice', reason: 'Monday' } },
      };
      const { id, folder: jobFolder } = await createJobFolder(root, request);
      const events: Progress[] = [];
      const sink = new NotifySink(words, 1500);
      const before = performance.now();
      await sink.begin({
        id,
        request,
        signal: never,
        report: (progress) => void events.push(progress),
        abandon: () => undefined,
      });
      sink.take({ time: '', type: 'phase', phase: 'dump' });
      await new Promise((resolve) => setTimeout(resolve, 900));
      assert.ok(
        events.some((event) => event.type === 'note' && event.code === 'notify.delivery' && event.data['accepted']),
        JSON.stringify(events),
      );
      assert.ok(performance.now() - before < 30_000);
      const result: JobResult = { type: 'result', outcome: 'failed', exitCode: 1, data: {} };
      await sink.end(result);
      assert.ok(
        received.some(({ body }) => body.includes('STARTED')) && received.some(({ body }) => body.includes('RUNNING')),
      );
      assert.ok(
        received.some(({ body }) => body.includes('FAILED')) && !received.some(({ body }) => /DONE/.test(body)),
      );
      assert.ok(mails.some((mail) => /^Subject: \[DB Ferry\] FAILED/m.test(mail)));
      const lines = (await readFile(path.join(jobFolder, 'deliveries.ndjson'), 'utf8'))
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as { channel: string; accepted: boolean; event: string });
      assert.ok(lines.some(({ channel, accepted, event }) => channel === 'chat' && accepted && event === 'failed'));
      assert.ok(lines.some(({ channel, accepted }) => channel === 'dead' && !accepted));
      // a file that cannot be read keeps nobody from working
      await appendFile(file, 'what: is this\n');
      const other = new NotifySink(words);
      const told: Progress[] = [];
      await other.begin({
        id,
        request,
        signal: never,
        report: (progress) => void told.push(progress),
        abandon: () => undefined,
      });
      assert.deepEqual(
        told.map((one) => one.type === 'note' && one.code),
        ['notify.off'],
      );
      await other.end(result);
    } finally {
      delete process.env['DB_FERRY_NOTIFY'];
    }
  });
});

const words: NotifyWords = {
  title: () => 'Back up shop',
  outcome: ({ outcome }) => `It ended: ${outcome}.`,
  lines: () => [],
  progress: (event) => event.phase,
  report: (job) => `db-ferry report ${job}`,
  messages: messageWords,
};

const yaml = `
templates: own
channels:
  chat: {kind: teams, url: {env: CHAT}}
  dba: {kind: mail, host: mail.example.org, from: ferry@example.org, to: [dba@example.org]}
send:
  - {events: [failed, unknown], to: [dba]}
  - {kinds: [restore, copy], places: ["prod/*"], to: [chat]}
`;

const hostile = [
  '<script>alert(1)</script>',
  '<!channel>',
  '<https://evil|click>',
  '[click](https://evil)',
  '![x](https://evil)',
  '"onload="x',
  "'",
  '&amp;',
  '{{title}}',
  '{{{title}}}',
  '\r\nBcc: all@example.org\r\n\r\n',
  '\u001b[31m',
  '\u202e',
  '\0',
  '@everyone',
  '</pre><img src=x>',
  '*bold*',
  '`code`',
  ' ',
  'shop',
];

function checkHtml(text: string): void {
  const tags = [...text.matchAll(/<\/?([a-z!][a-z0-9]*)/gi)].map(([, name]) => name!.toLowerCase());
  assert.deepEqual(tags, [
    '!doctype',
    'html',
    'head',
    'meta',
    'title',
    'title',
    'head',
    'body',
    'h1',
    'h1',
    'pre',
    'pre',
    'body',
    'html',
  ]);
}

/** Every object that says its type says one of these: no text became one. */
function checkKinds(value: unknown, name: string, kinds: readonly string[]): void {
  if (Array.isArray(value)) for (const one of value) checkKinds(one, name, kinds);
  else if (typeof value === 'object' && value !== null) {
    for (const [key, one] of Object.entries(value)) {
      if (key === name) assert.ok(kinds.includes(String(one)), String(one));
      else checkKinds(one, name, kinds);
    }
  }
}

export type { Message };
