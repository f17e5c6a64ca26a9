import type { NotifyEvent } from './notifyEvents';

const about = `{{title}}
{{#place}}Where:    {{place}}
{{/place}}{{#by}}By:       {{by}}
{{/by}}{{#reason}}Why:      {{reason}}
{{/reason}}{{#approval}}Approved: {{approval}}
{{/approval}}{{#job}}Job:      {{job}}
{{/job}}`;
const lines = `{{#hasLines}}
{{#lines}}  {{.}}
{{/lines}}{{/hasLines}}`;
const foot = `{{#report}}
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
  decided: `It was decided: {{outcome}}

${about}${lines}${foot}`,
  escalated: `Nobody answered, so this comes to you: {{outcome}}

${about}${lines}${foot}`,
  emergency: `An emergency: {{outcome}}

${about}${lines}${foot}`,
  review: `This was done in an emergency and has to be looked at by a second person: {{outcome}}

${about}${lines}${foot}`,
  digest: `{{outcome}}
${lines}${foot}`,
  heartbeat: `{{outcome}}
${lines}${foot}`,
  test: `This is a test: messages of DB Ferry arrive here.

${about}${foot}`,
};
