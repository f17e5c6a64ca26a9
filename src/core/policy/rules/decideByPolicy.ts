import { AppError } from '../../base/errors';
import { defined } from '../../base/defined';
import { block, found, note, type Finding } from '../../base/finding';
import { openingAt, type Opening } from '../windows/windows';
import { classify, type Classified } from './classify';
import type { Facts } from './expression';
import { isMeant, placeFacts, type KnownPlace } from './policyPlaces';
import { operations, type Operation, type PolicySpec, type Rule, type Window } from './policySchema';
import type { ReadPolicy } from './readPolicy';

/** An operation, as it is put to a policy. */
export interface AskedOperation {
  readonly operation: Operation;
  readonly source?: KnownPlace | undefined;
  readonly target?: KnownPlace | undefined;
  /** a database that is there is replaced, put back or dropped */
  readonly replaces?: boolean | undefined;
  /** its rows are masked, and that is proven; undefined: nobody knows */
  readonly masked?: boolean | undefined;
  readonly inPlace?: boolean | undefined;
  readonly emergency?: boolean | undefined;
  readonly reason?: string | undefined;
  readonly ticket?: string | undefined;
  /** when it is asked for, and when it is to begin; without that it is now */
  readonly now: Date;
  readonly from?: Date | undefined;
  /** milliseconds that it is expected to take */
  readonly lasts?: number | undefined;
  /** when what is restored was last restored for a trial */
  readonly drilled?: Date | undefined;
  /** a request for exactly this was approved, and what the approval is worth was looked at */
  readonly approved?: boolean | undefined;
}

/** What a policy says of an operation. */
export interface Decision {
  /** the name of the policy, and of what it was when it decided */
  readonly policy: string;
  readonly digest: string;
  readonly class: Classified;
  readonly opening: Opening;
  readonly findings: readonly Finding[];
}

/** What a policy says of an operation: its class, and each thing that is missing for it as a finding that blocks. Pure. */
export function decideByPolicy({ policy, digest }: ReadPolicy, asked: AskedOperation): Decision {
  const { spec, metadata } = policy;
  const facts = factsOf(spec, asked);
  const classified = classify(spec, facts);
  const { rule } = classified;
  const begins = asked.from ?? asked.now;
  const opening = openingAt(spec.windows ?? [], {
    ...{ operation: asked.operation, from: begins },
    ...(asked.lasts === undefined ? {} : { lasts: asked.lasts }),
    isAt: (pattern) => [asked.target ?? asked.source].some((place) => place && isMeant(spec, place, pattern)),
    passes: (window) => passes(window, rule, asked),
  });
  const about = { policy: metadata.name, class: classified.name };
  const { by, because, missing } = classified;
  const findings: Finding[] = [
    note('policy.class', { ...about, by, because, ...defined({ missing: missing?.fact, of: missing?.of }) }),
    ...aboutWords(about, rule, asked),
    ...aboutTime(about, rule, asked),
    ...aboutWindow(about, opening, asked, begins),
    ...aboutApproval(about, rule, asked),
  ];
  return { policy: metadata.name, digest, class: classified, opening, findings };
}

/** True for the name of an operation that policies speak of. Pure. */
export function isOperation(text: string): text is Operation {
  return operations.some((one) => one === text);
}

/** The facts that expressions of a policy see of an operation. Pure. */
export function factsOf(spec: PolicySpec, asked: AskedOperation): Facts {
  const { source, target, operation, replaces, masked, inPlace, emergency = false, reason, ticket } = asked;
  return {
    request: { operation, replaces, masked, inPlace, emergency, reason, ticket },
    source: source && placeFacts(spec, source),
    target: target && placeFacts(spec, target),
    time: timeIn(spec.timeZone ?? 'UTC', asked.from ?? asked.now),
  };
}

interface About {
  readonly policy: string;
  readonly class: string;
}

/** Allow windows bind those alone whose rule asks for one; deny windows bind all but those they let by. */
function passes(window: Window, rule: Rule, { emergency, approved }: AskedOperation): boolean {
  if (window.kind === 'allow' && rule.window !== 'required') return true;
  if (window.override === 'emergency') return emergency === true;
  return window.override === 'manager' && approved === true;
}

function aboutWords(about: About, rule: Rule, { reason = '', ticket = '' }: AskedOperation): Finding[] {
  const needsReason = rule.reason === 'required' && reason.trim().length < 3;
  return [
    ...(needsReason ? [block('policy.reason', about)] : []),
    ...(rule.ticket === undefined || isTicket(rule.ticket, ticket)
      ? []
      : [block('policy.ticket', { ...about, form: rule.ticket, ticket })]),
  ];
}

function isTicket(form: string, ticket: string): boolean {
  // a form of the policy's, over no more than a ticket's number
  return ticket.length <= 100 && new RegExp(form, 'u').test(ticket);
}

function aboutTime(about: About, rule: Rule, asked: AskedOperation): Finding[] {
  const { noticeHours = 0, drillWithinDays } = rule;
  const { now, from = now, drilled, approved } = asked;
  const findings: Finding[] = [];
  // of what was approved the request itself proves when it was asked for
  if (approved !== true && from.getTime() - now.getTime() < noticeHours * hourMs) {
    const earliest = new Date(now.getTime() + noticeHours * hourMs).toISOString();
    findings.push(block('policy.notice', { ...about, hours: noticeHours, earliest }));
  }
  if (drillWithinDays !== undefined && asked.operation === 'restore') {
    const days = drilled === undefined ? undefined : (now.getTime() - drilled.getTime()) / dayMs;
    if (days === undefined || days > drillWithinDays || days < -1) {
      const last = drilled?.toISOString();
      findings.push(block('policy.drill', { ...about, days: drillWithinDays, ...defined({ last }) }));
    }
  }
  return findings;
}

function aboutWindow(about: About, opening: Opening, { lasts }: AskedOperation, begins: Date): Finding[] {
  const { isOpen, denied, until, next } = opening;
  const times = defined({ next: next?.toISOString() });
  if (!isOpen) {
    const kind = denied === undefined ? 'allow' : 'deny';
    return [block('policy.window', { ...about, kind, ...times, ...defined({ reason: denied?.reason }) })];
  }
  if (until === undefined || lasts === undefined || begins.getTime() + lasts <= until.getTime()) return [];
  const data = { ...about, ...times, until: until.toISOString(), seconds: lasts / 1000 };
  return [found(opening.overrun === 'finish' ? 'warn' : 'block', 'policy.tooLong', data)];
}

function aboutApproval(about: About, rule: Rule, { approved, operation, emergency }: AskedOperation): Finding[] {
  if (rule.approvals === 0 || approved === true) return [];
  const { approvals, approvers = [] } = rule;
  return [block('policy.approval', { ...about, operation, approvals, approvers, ...defined({ emergency }) })];
}

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** A moment as a clock on the wall shows it in a time zone. */
function timeIn(timeZone: string, moment: Date): Facts['time'] {
  const parts = new Intl.DateTimeFormat('en-GB', {
    ...({ timeZone, year: 'numeric', month: '2-digit', day: '2-digit', weekday: 'short' } as const),
    ...({ hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const),
  }).formatToParts(moment);
  const part = (type: Intl.DateTimeFormatPartTypes): string => parts.find((one) => one.type === type)?.value ?? '';
  if (part('hour') === '') throw new AppError('internal', { message: `no clock of ${timeZone}` });
  return {
    hour: Number(part('hour')),
    minute: Number(part('minute')),
    weekday: part('weekday').toLowerCase(),
    date: `${part('year')}-${part('month')}-${part('day')}`,
  };
}
