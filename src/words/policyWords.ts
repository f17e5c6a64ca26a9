import type { FindingCode, FindingData } from '../core/base/findingData';
import { some } from '../core/base/some';
import type { Because } from '../core/policy/rules/expression';
import type { Decision } from '../core/policy/rules/decideByPolicy';
import { localTime, safe } from './format';
import type { Hints } from './hints';
import type { ErrorTable } from './errors/errorTable';
import { fact, numberOf, shown, text, type Data } from './shown';

/** Words for the errors of policies. */
export const policyErrors = {
  'policy.invalid': (data) => ({
    what: `The policy${fact(data, 'file') === undefined ? '' : ` ${shown(data, 'file')}`} says something that no policy says; nothing is done by it, and nothing without it.`,
    why: rows(data, 'problems').map(problemLine).join('\n'),
    todo: 'All keys are in docs/governance.md.',
  }),
  'policy.unreadable': (data) => ({
    what: `What the cluster ${shown(data, 'cluster')} asks for may not be read with this login, so nothing is done there.`,
    todo: 'Ask its administrator for the role that reads the policy and the requests; deploy/governance has one.',
  }),
  'approval.unknown': (data) => ({
    what: `There is no request "${shown(data, 'request')}" where it was looked for.`,
    todo: 'It lies in the namespace of its target where the cluster keeps requests, else in the root.',
  }),
  'approval.refused': (data) => ({
    what: `Nothing was done: the request ${shown(data, 'request')} ${refusals[text(data, 'reason') ?? ''] ?? 'does not allow it'}.`,
    todo: 'Look at the request, and ask anew where that is needed.',
  }),
  'policy.early': (data) => ({
    what: `Nothing was done: it is planned for ${localTime(shown(data, 'notBefore'))}, and not before.`,
    todo: 'Begin it then.',
  }),
  'policy.refused': (data, hints) => ({
    what: 'Nothing was done: a policy forbids it, or asks for something that is missing.',
    why: rows(data, 'findings')
      .filter(({ level }) => level === 'block')
      .map((one) => policyFinding(shown(one, 'code'), factsOf(one), hints))
      .join('\n'),
    todo: 'What is missing is said above; docs/governance.md says how it is had.',
  }),
} satisfies ErrorTable;

type PolicyCode = Exclude<
  Extract<FindingCode, `policy.${string}`>,
  'policy.protected' | 'policy.encrypted' | 'policy.unencrypted'
>;

/** Words for what policies say of an operation. */
export const policyFindings: { readonly [C in PolicyCode]: (data: FindingData[C], hints: Hints) => string } = {
  'policy.class': (data) => `${policyOf(data)}it is of the class ${shown(data, 'class')}, ${whyClass(data)}`,
  'policy.approval': (data, hints) => {
    const approvers = names(data, 'approvers');
    const by = approvers.length === 0 ? 'whom the cluster lets approve' : approvers.map(whoWords).join(' or ');
    return `${policyOf(data)}it needs ${some(numberOf(data, 'approvals'), 'approval')} of ${safe(by)}; ${hints.askApproval()}`;
  },
  'policy.reason': (data, hints) => `${policyOf(data)}it needs a reason: ${hints.asking('reason')}`,
  'policy.ticket': (data, hints) =>
    (text(data, 'ticket') ?? '') === ''
      ? `${policyOf(data)}it needs a ticket of the form ${shown(data, 'form')}: ${hints.asking('ticket')}`
      : `${policyOf(data)}${shown(data, 'ticket')} is no ticket of the form ${shown(data, 'form')}`,
  'policy.notice': (data, hints) =>
    `${policyOf(data)}it is to be announced ${shown(data, 'hours')} hours before: not before ${localTime(shown(data, 'earliest'))}; ${hints.asking('notBefore')}`,
  'policy.drill': (data, hints) =>
    `${policyOf(data)}what is restored has to have been restored for a trial within ${some(numberOf(data, 'days'), 'day')}; ${data['last'] === undefined ? 'it never was' : `the last was ${localTime(shown(data, 'last'))}`}; ${hints.asking('drill')}`,
  'policy.window': (data) =>
    `${policyOf(data)}${data['kind'] === 'deny' ? `a window forbids it now${data['reason'] === undefined ? '' : ` (${shown(data, 'reason')})`}` : 'it is done in a window alone, and none is open'}; ${opens(data)}`,
  'policy.tooLong': (data) =>
    `${policyOf(data)}it is expected to end after the window closes (${localTime(shown(data, 'until'))}); ${opens(data)}`,
};

/** The words of one of them; what comes back from a disk may be of a code that is not known. */
function policyFinding(code: string, data: object, hints: Hints): string {
  const words = (policyFindings as Readonly<Record<string, ((data: never, hints: Hints) => string) | undefined>>)[code];
  return words?.(data as never, hints) ?? code;
}

/** Why it is of its class: what was found, as a person would say it. */
export function whyClass(data: FindingData['policy.class']): string {
  if (data['by'] === 'missing')
    return `the strictest: the class ${shown(data, 'of')} needs to know ${factWords(shown(data, 'missing'))}, which is not known`;
  if (data['by'] === 'none') return 'the strictest: no class fits it';
  return `because ${rows(data, 'because')
    .map((one) => becauseWords(one as unknown as Because))
    .join(', and ')}`;
}

/** `group:it-operations` as it stands in a sentence. */
export function whoWords(who: string): string {
  return who.replace(/^(?:group|user):/, '');
}

function becauseWords({ fact, value, text: condition }: Because): string {
  if (fact === undefined) return safe(condition);
  const [whose = '', what = ''] = fact.split('.');
  if (what === 'operation') return safe(`it is a ${String(value)}`);
  if (what === 'environment') return safe(`the ${whose} is ${String(value)}`);
  if (value === true && truths[what] !== undefined) return safe(truths[what](whose));
  return safe(value === undefined ? condition : `${factWords(fact)} is ${String(value)}`);
}

const truths: Readonly<Record<string, (whose: string) => string>> = {
  customerFacing: (whose) => `customers meet the ${whose}`,
  personalData: (whose) => `the ${whose} holds personal data`,
  critical: (whose) => `the ${whose} is critical`,
  replaces: () => 'a database is replaced',
  masked: () => 'its rows are masked',
  emergency: () => 'it is an emergency',
  inPlace: () => 'it is done in place',
};

function factWords(fact: string): string {
  const [whose = '', what = ''] = fact.split('.');
  if (what === '') return safe(`the ${whose}`);
  return safe(whose === 'request' || whose === 'time' ? `the ${what}` : `the ${what} of the ${whose}`);
}

function opens(data: { readonly next?: string | undefined }): string {
  return data['next'] === undefined
    ? 'within a year none opens for as long as it takes'
    : `the next that is long enough opens ${localTime(shown(data, 'next'))}`;
}

function policyOf(data: { readonly policy: string }): string {
  return `by the policy ${shown(data, 'policy')} `;
}

function problemLine(problem: Data): string {
  const said = problem['message'] === undefined ? '' : `: ${shown(problem, 'message')}`;
  const words = problems[text(problem, 'reason') ?? ''] ?? 'is not as it should be';
  return `line ${shown(problem, 'line')}, column ${shown(problem, 'column')}: ${shown(problem, 'what')} ${words}${said}`;
}

const problems: Readonly<Record<string, string>> = {
  yaml: 'is what YAML does not allow there',
  alias: 'refers to something else, which a policy does not',
  missing: 'is missing',
  unknown: 'is no key that a policy has there',
  value: 'has a value that is not allowed there',
  window: 'is no window: it has a schedule, a duration and a timeZone, or from and to',
  rule: 'names classes that have no rule',
  expression: 'cannot be decided',
  unused: 'is the rule of no class',
};

/** Rows of facts; what is read from a disk may be something else. */
function rows(data: object, name: string): readonly Data[] {
  const value = (data as Data)[name];
  return Array.isArray(value) ? value.filter((one): one is Data => typeof one === 'object' && one !== null) : [];
}

function factsOf(finding: Data): Data {
  const { data } = finding;
  return typeof data === 'object' && data !== null ? (data as Data) : {};
}

function names(data: object, name: string): readonly string[] {
  const value = (data as Data)[name];
  return Array.isArray(value) ? value.map(String) : [];
}

/** What one policy says of an operation, as lines: its class first, then what is missing. */
export function decisionLines({ policy, class: found, findings }: Decision, hints: Hints): string[] {
  const missing = findings.filter(({ level }) => level !== 'note');
  const { because, by, missing: unknown } = found;
  const data = { policy, class: found.name, by, because, ...(unknown && { missing: unknown.fact, of: unknown.of }) };
  return [
    safe(`${policy}: ${found.name}, ${whyClass(data)}`),
    ...missing.map(({ level, code, data: facts }) => {
      const words = policyFinding(code, facts, hints);
      return `  ${level === 'block' ? 'needs' : 'warns'}: ${words.replace(policyOf({ policy }), '')}`;
    }),
    ...(missing.length === 0 ? ['  nothing is missing: it may be done'] : []),
  ];
}

const refusals: Readonly<Record<string, string>> = {
  digest: 'is for something else: what is approved is what runs, and nothing else',
  foreign: "is somebody else's",
  pending: 'is not approved yet',
  denied: 'was denied',
  withdrawn: 'was withdrawn',
  ended: 'has ended',
  used: 'runs already: it is used once',
  early: 'is for later',
  expired: 'is no longer valid: its time is over',
  tooOld: 'waited too long for its decision',
  self: 'is your own: nobody approves their own request',
  twice: 'has your decision already: it cannot be taken back or changed',
  noReview: 'waits for no review',
};
