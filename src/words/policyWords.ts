import { saidBy } from './ownWords';
import type { FindingCode, FindingData } from '../core/base/findingData';
import { some } from './some';
import type { Because } from '../core/policy/rules/expression';
import type { Decision } from '../core/policy/rules/decideByPolicy';
import { localTime, safe } from './format';
import type { Hints } from './hints';
import type { ErrorTable } from './errors/errorTable';
import { fact, few, numberOf, shown, text, type Data } from './shown';
import { t } from './language';

/** Words for the errors of policies. */
export const policyErrors = {
  'policy.invalid': (data) => ({
    what: t`The policy${fact(data, 'file') === undefined ? '' : ` ${shown(data, 'file')}`} says something that no policy says; nothing is done by it, and nothing without it.`,
    why: rows(data, 'problems').map(problemLine).join('\n'),
    todo: t`All keys are in docs/governance.md.`,
  }),
  'policy.unreadable': (data) => ({
    what: t`What the cluster ${shown(data, 'cluster')} asks for may not be read with this login, so nothing is done there.`,
    todo: t`Ask its administrator for the role that reads the policy and the requests; deploy/governance has one.`,
  }),
  'approval.unknown': (data) => ({
    what: t`There is no request "${shown(data, 'request')}" where it was looked for.`,
    todo: t`It lies in the namespace of its target where the cluster keeps requests, else in the root.`,
  }),
  'approval.unreadable': (data) => ({
    what: t`The request ${shown(data, 'request')} cannot be read.`,
    why:
      text(data, 'at') === ''
        ? t`It is no request at all.`
        : t`${shown(data, 'at')} is missing, too long, or not as a request has it.`,
    todo: t`Nobody can approve it, and nothing runs by it: ask anew. If a later version of DB Ferry wrote it, update this one.`,
  }),
  'approval.refused': (data) => ({
    what: t`Nothing was done: the request ${shown(data, 'request')} ${refusals()[text(data, 'reason') ?? ''] ?? t`does not allow it`}.`,
    todo: t`Look at the request, and ask anew where that is needed.`,
  }),
  'steward.none': (data) => ({
    what: t`The cluster ${shown(data, 'cluster')} keeps no requests: there is nothing to look after.`,
    todo: t`Install deploy/governance there; docs/governance.md says how.`,
  }),
  'steward.blind': (data) => ({
    what: t`Rights that are over cannot be removed in ${shown(data, 'namespace')}: this login may not read them.`,
    todo: t`Bind the ClusterRole of deploy/steward to it there.`,
  }),
  'policy.early': (data) => ({
    what: t`Nothing was done: it is planned for ${localTime(shown(data, 'notBefore'))}, and not before.`,
    todo: t`Begin it then.`,
  }),
  'policy.refused': (data, hints) => ({
    what: t`Nothing was done: a policy forbids it, or asks for something that is missing.`,
    why: rows(data, 'findings')
      .filter(({ level }) => level === 'block')
      .map((one) => policyFinding(shown(one, 'code'), factsOf(one), hints))
      .join('\n'),
    todo: t`What is missing is said above; docs/governance.md says how it is had.`,
  }),
} satisfies ErrorTable;

type PolicyCode = Exclude<
  Extract<FindingCode, `policy.${string}`>,
  'policy.protected' | 'policy.encrypted' | 'policy.unencrypted'
>;

/** Words for what policies say of an operation. */
export const policyFindings: { readonly [C in PolicyCode]: (data: FindingData[C], hints: Hints) => string } = {
  'policy.rightRemains': (data) =>
    t`if a right was given for the request ${shown(data, 'request')}, it is still there: the RoleBinding ${shown(data, 'right')} could not be taken away here (${shown(data, 'because')}). Who may give rights there takes it away; it does not end by itself, and \`governance check\` names it until it is gone`,
  'policy.moreFindings': (data) =>
    t`${few(data, 'count')} more were found than a request has room for: a look at both sides names them`,
  'policy.class': (data) => t`${policyOf(data)}it is of the class ${shown(data, 'class')}, ${whyClass(data)}`,
  'policy.approval': (data, hints) => {
    const approvers = names(data, 'approvers');
    const by = approvers.length === 0 ? t`whom the cluster lets approve` : approvers.map(whoWords).join(t` or `);
    return t`${policyOf(data)}it needs ${some(numberOf(data, 'approvals'), 'approval')} of ${safe(by)}; ${hints.askApproval()}`;
  },
  'policy.reason': (data, hints) => t`${policyOf(data)}it needs a reason: ${hints.asking('reason')}`,
  'policy.ticket': (data, hints) =>
    (text(data, 'ticket') ?? '') === ''
      ? t`${policyOf(data)}it needs a ticket of the form ${shown(data, 'form')}: ${hints.asking('ticket')}`
      : t`${policyOf(data)}${shown(data, 'ticket')} is no ticket of the form ${shown(data, 'form')}`,
  'policy.notice': (data, hints) =>
    t`${policyOf(data)}it is to be announced ${shown(data, 'hours')} hours before: not before ${localTime(shown(data, 'earliest'))}; ${hints.asking('notBefore')}`,
  'policy.drill': (data, hints) =>
    t`${policyOf(data)}what is restored has to have been restored for a trial within ${some(numberOf(data, 'days'), 'day')}; ${data['last'] === undefined ? t`it never was` : t`the last was ${localTime(shown(data, 'last'))}`}; ${hints.asking('drill')}`,
  'policy.window': (data) =>
    `${policyOf(data)}${data['kind'] === 'deny' ? t`a window forbids it now${data['reason'] === undefined ? '' : ` (${shown(data, 'reason')})`}` : t`it is done in a window alone, and none is open`}; ${opens(data)}`,
  'policy.tooLong': (data) =>
    t`${policyOf(data)}it is expected to end after the window closes (${localTime(shown(data, 'until'))}); ${opens(data)}`,
};

/** The words of one of them; what comes back from a disk may be of a code that is not known. */
function policyFinding(code: string, data: object, hints: Hints): string {
  const words = (policyFindings as Readonly<Record<string, ((data: never, hints: Hints) => string) | undefined>>)[code];
  return words?.(data as never, hints) ?? code;
}

/** Why it is of its class: what was found, as a person would say it. */
export function whyClass(data: FindingData['policy.class']): string {
  if (data['by'] === 'missing')
    return t`the strictest: the class ${shown(data, 'of')} needs to know ${factWords(shown(data, 'missing'))}, which is not known`;
  if (data['by'] === 'none') return t`the strictest: no class fits it`;
  return t`because ${rows(data, 'because')
    .map((one) => becauseWords(one as unknown as Because))
    .join(t`, and `)}`;
}

/** `group:it-operations` as it stands in a sentence. */
export function whoWords(who: string): string {
  return who.replace(/^(?:group|user):/, '');
}

function becauseWords({ fact, value, text: condition }: Because): string {
  if (fact === undefined) return safe(condition);
  const [whose = '', what = ''] = fact.split('.');
  if (what === 'operation') return safe(t`it is a ${String(value)}`);
  if (what === 'environment') return safe(t`the ${whose} is ${String(value)}`);
  if (value === true && truths[what] !== undefined) return safe(truths[what](whose));
  return safe(value === undefined ? condition : t`${factWords(fact)} is ${String(value)}`);
}

const truths: Readonly<Record<string, (whose: string) => string>> = {
  customerFacing: (whose) => t`customers meet the ${whose}`,
  personalData: (whose) => t`the ${whose} holds personal data`,
  critical: (whose) => t`the ${whose} is critical`,
  replaces: () => t`a database is replaced`,
  masked: () => t`its rows are masked`,
  emergency: () => t`it is an emergency`,
  inPlace: () => t`it is done in place`,
};

function factWords(fact: string): string {
  const [whose = '', what = ''] = fact.split('.');
  if (what === '') return safe(t`the ${whose}`);
  return safe(whose === 'request' || whose === 'time' ? t`the ${what}` : t`the ${what} of the ${whose}`);
}

function opens(data: { readonly next?: string | undefined }): string {
  return data['next'] === undefined
    ? t`within a year none opens for as long as it takes`
    : t`the next that is long enough opens ${localTime(shown(data, 'next'))}`;
}

function policyOf(data: { readonly policy: string }): string {
  return t`by the policy ${shown(data, 'policy')} `;
}

function problemLine(problem: Data): string {
  const said = problem['message'] === undefined ? '' : `: ${saidBy(problem, 'message')}`;
  const words = problems()[text(problem, 'reason') ?? ''] ?? t`is not as it should be`;
  return t`line ${shown(problem, 'line')}, column ${shown(problem, 'column')}: ${shown(problem, 'what')} ${words}${said}`;
}

const problems = (): Readonly<Record<string, string>> => ({
  yaml: t`is what YAML does not allow there`,
  alias: t`refers to something else, which a policy does not`,
  missing: t`is missing`,
  unknown: t`is no key that a policy has there`,
  value: t`has a value that is not allowed there`,
  window: t`is no window: it has a schedule, a duration and a timeZone, or from and to`,
  rule: t`names classes that have no rule`,
  expression: t`cannot be decided`,
  unused: t`is the rule of no class`,
});

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
      return `  ${level === 'block' ? t`needs` : t`warns`}: ${words.replace(policyOf({ policy }), '')}`;
    }),
    ...(missing.length === 0 ? [t`  nothing is missing: it may be done`] : []),
  ];
}

const refusals = (): Readonly<Record<string, string>> => ({
  digest: t`is for something else: what is approved is what runs, and nothing else`,
  unshown: t`shows something else than its SHA-256 is of: what would run is not what one reads. Deny it`,
  changed: t`is not what was shown any more: look at it again`,
  foreign: t`is somebody else's`,
  pending: t`is not approved yet`,
  denied: t`was denied`,
  withdrawn: t`was withdrawn`,
  ended: t`has ended`,
  used: t`runs already: it is used once`,
  early: t`is for later`,
  expired: t`is no longer valid: its time is over`,
  tooOld: t`waited too long for its decision`,
  unannounced: t`was not announced in time: no channel took a message of its plan as long before its beginning as the policy asks for`,
  self: t`is your own: nobody approves their own request`,
  twice: t`has your decision already: it cannot be taken back or changed`,
  noReview: t`waits for no review`,
  longReason: t`takes a reason of 2000 characters at most`,
  elsewhere: t`was not asked for in this editor, and nobody here keeps others from asking in your name: run it where it was asked for, naming it as its approval`,
});
