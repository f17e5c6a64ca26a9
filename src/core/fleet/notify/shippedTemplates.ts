import type { NotifyEvent } from './notifyEvents';

const about = `{{title}}
{{#place}}Where:    {{place}}
{{/place}}{{#by}}By:       {{by}}
{{/by}}{{#reason}}Why:      {{reason}}
{{/reason}}{{#approval}}Approved: {{approval}}
{{/approval}}{{#request}}Request:  {{request}}
{{/request}}{{#job}}Job:      {{job}}
{{/job}}`;
const lines = `{{#hasLines}}
{{#lines}}  {{.}}
{{/lines}}{{/hasLines}}`;
const foot = `{{#command}}
Look at it: {{command}}
{{/command}}{{#editor}}In the editor: {{editor}}
{{/editor}}{{#browser}}In a browser: {{browser}}
{{/browser}}{{#report}}
The report: {{report}}
{{/report}}{{#hasContacts}}
Whom to call: {{#contacts}}{{.}}; {{/contacts}}
{{/hasContacts}}{{#anchor}}
{{anchor}}
{{/anchor}}`;

const ended = `{{word}}: {{outcome}}

${about}${lines}${foot}`;

/** What is said where nobody wrote it in another way (`db-ferry notify templates`): mustache without logic, for people who are no programmers. */
export const shippedTemplates: Readonly<Record<NotifyEvent, string>> = {
  started: `This has begun.

${about}${foot}`,
  status: `This is still running: {{progress}}

${about}${foot}`,
  done: ended,
  differences: ended,
  prepared: `{{outcome}} Nothing is replaced yet.

${about}${lines}${foot}`,
  failed: ended,
  refused: ended,
  unknown: `Nobody knows yet how this ended: {{outcome}}

${about}${lines}${foot}`,
  cancelled: ended,
  planned: `This is planned: {{outcome}}

${about}${lines}${foot}`,
  reminder: `This is soon: {{outcome}}

${about}${lines}${foot}`,
  asked: `An approval is asked for: {{outcome}}

${about}${lines}${foot}`,
  decided: `One who may approve it said yes, and more have to: {{outcome}}

${about}${lines}${foot}`,
  approved: `This was approved, and has not run yet: {{outcome}}

${about}${lines}${foot}`,
  denied: `This was denied, and does not run: {{outcome}}

${about}${lines}${foot}`,
  withdrawn: `This was taken back by who asked for it, and does not run: {{outcome}}

${about}${lines}${foot}`,
  timedOut: `Nobody decided in time, so this does not run: {{outcome}}

${about}${lines}${foot}`,
  expired: `This was approved and not begun in its time, so it does not run: {{outcome}}

${about}${lines}${foot}`,
  escalated: `Nobody answered, so this comes to you: {{outcome}}

${about}${lines}${foot}`,
  emergency: `An emergency: {{outcome}}

${about}${lines}${foot}`,
  review: `This was done in an emergency and has to be looked at by a second person: {{outcome}}

${about}${lines}${foot}`,
  overdue: `This was done in an emergency, and nobody looked at it in time: {{outcome}}

${about}${lines}${foot}`,
  reviewed: `Somebody else looked at what was done in an emergency: {{outcome}}

${about}${lines}${foot}`,
  digest: `{{outcome}}
${lines}${foot}`,
  heartbeat: `{{outcome}}
${lines}${foot}`,
  test: `This is a test: messages of DB Ferry arrive here.

${about}${foot}`,
};
