import type { MessageWords } from '../core/fleet/notify/notifyEvents';
import { t } from './language';

/** What messages say around their facts, in the language that is spoken where they are sent. */
export const messageWords: MessageWords = {
  get templates() {
    return shippedTemplates();
  },
  get events() {
    return eventWords;
  },
  get links() {
    return { browser: t`Open the request`, editor: t`Open it in the editor` };
  },
};

/** What is said where nobody wrote it in another way (`db-ferry notify templates`): mustache without logic, for people who are no programmers. */
function shippedTemplates(): MessageWords['templates'] {
  const lines = '{{#hasLines}}\n{{#lines}}  {{.}}\n{{/lines}}{{/hasLines}}';
  const short = (lead: string): string => `${lead}\n\n${about()}${foot()}`;
  const long = (lead: string): string => `${lead}\n\n${about()}${lines}${foot()}`;
  const ended = long('{{word}}: {{outcome}}');
  const regular = `{{outcome}}\n${lines}${foot()}`;
  return {
    started: short(t`This has begun.`),
    status: short(t`This is still running: ${'{{progress}}'}`),
    done: ended,
    differences: ended,
    prepared: long(t`${outcome} Nothing is replaced yet.`),
    failed: ended,
    refused: ended,
    unknown: long(t`Nobody knows yet how this ended: ${outcome}`),
    cancelled: ended,
    planned: long(t`This is planned: ${outcome}`),
    reminder: long(t`This is soon: ${outcome}`),
    asked: long(t`An approval is asked for: ${outcome}`),
    decided: long(t`One who may approve it said yes, and more have to: ${outcome}`),
    approved: long(t`This was approved, and has not run yet: ${outcome}`),
    denied: long(t`This was denied, and does not run: ${outcome}`),
    withdrawn: long(t`This was taken back by who asked for it, and does not run: ${outcome}`),
    timedOut: long(t`Nobody decided in time, so this does not run: ${outcome}`),
    expired: long(t`This was approved and not begun in its time, so it does not run: ${outcome}`),
    escalated: long(t`Nobody answered, so this comes to you: ${outcome}`),
    emergency: long(t`An emergency: ${outcome}`),
    review: long(t`This was done in an emergency and has to be looked at by a second person: ${outcome}`),
    overdue: long(t`This was done in an emergency, and nobody looked at it in time: ${outcome}`),
    reviewed: long(t`Somebody else looked at what was done in an emergency: ${outcome}`),
    digest: regular,
    heartbeat: regular,
    test: short(t`This is a test: messages of DB Ferry arrive here.`),
  };
}

const outcome = '{{outcome}}';

/** What it is about: a fact a line, one under the other. */
function about(): string {
  const facts = [
    ['place', t`Where:`],
    ['by', t`By:`],
    ['reason', t`Why:`],
    ['approval', t`Approved:`],
    ['request', t`Request:`],
    ['job', t`Job:`],
  ] as const;
  const width = Math.max(...facts.map(([, label]) => label.length)) + 1;
  return `{{title}}\n${facts.map(([name, label]) => when(name, `${label.padEnd(width)}{{${name}}}\n`)).join('')}`;
}

/** How it is looked at, and whom one calls. */
function foot(): string {
  return [
    when('command', `\n${t`Look at it: ${'{{command}}'}`}\n`),
    when('editor', `${t`In the editor: ${'{{editor}}'}`}\n`),
    when('browser', `${t`In a browser: ${'{{browser}}'}`}\n`),
    when('report', `\n${t`The report: ${'{{report}}'}`}\n`),
    when('hasContacts', `\n${t`Whom to call: ${'{{#contacts}}{{.}}; {{/contacts}}'}`}\n`),
    when('anchor', '\n{{anchor}}\n'),
  ].join('');
}

function when(fact: string, text: string): string {
  return `{{#${fact}}}${text}{{/${fact}}}`;
}

/** How it is, as the first word of a subject, the same in each language: rules of mailboxes look for them. Success is said of one event alone. */
const eventWords: MessageWords['events'] = {
  started: 'STARTED',
  status: 'RUNNING',
  done: 'DONE',
  differences: 'DIFFERENCES',
  prepared: 'PREPARED, WAITS',
  failed: 'FAILED',
  refused: 'REFUSED',
  unknown: 'OUTCOME UNKNOWN',
  cancelled: 'CANCELLED',
  planned: 'PLANNED',
  reminder: 'REMINDER',
  asked: 'APPROVAL ASKED',
  decided: 'APPROVED BY ONE, NEEDS MORE',
  approved: 'APPROVED, NOT RUN YET',
  denied: 'DENIED',
  withdrawn: 'WITHDRAWN',
  timedOut: 'NOBODY DECIDED',
  expired: 'EXPIRED',
  escalated: 'ESCALATED',
  emergency: 'EMERGENCY',
  review: 'REVIEW DUE',
  overdue: 'REVIEW OVERDUE',
  reviewed: 'REVIEWED',
  digest: 'DIGEST',
  heartbeat: 'HEARTBEAT',
  test: 'TEST',
};
