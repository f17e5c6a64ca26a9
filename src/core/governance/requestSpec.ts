import { AppError } from '../base/errors';
import { defined } from '../base/defined';
import type { Finding } from '../base/finding';
import type { AskedOperation, Decision } from '../policy/rules/decideByPolicy';
import { durationMs } from '../policy/windows/schedule';
import { mostWork, workDigest, type RequestSpec } from './operationRequest';
import { writtenFindings } from './writtenFindings';

/** What is asked for, and what policies say of it. */
export interface Asking {
  readonly asked: AskedOperation;
  readonly decisions: readonly Decision[];
  /** what a job would be given, without who asks from where */
  readonly work: object;
  /** of the archive that is restored, as hexadecimal digits */
  readonly sha256?: string | undefined;
  /** UTC ISO 8601 */
  readonly notBefore?: string | undefined;
  /** what is known of source and target, for those who decide */
  readonly facts?: Pick<RequestSpec, 'source' | 'replaces' | 'expectedSeconds'> | undefined;
  /** what a look at both sides found */
  readonly findings?: readonly Finding[] | undefined;
}

/**
 * The request for an operation: what the decision that needs most people asks for. Undefined where nobody has to approve it. Throws `policy.refused` { findings } for what would be refused
 * all the same, `request.invalid` { at } for what is no request: it names no database, or is too long to be read by who decides. Pure.
 */
export function requestSpecOf(asking: Asking, now: Date): Omit<RequestSpec, 'requestedBy'> | undefined {
  const { asked, decisions, work, sha256, notBefore, facts = {}, findings: seen = [] } = asking;
  const others = decisions.flatMap(({ findings }) =>
    findings.filter(({ level, code }) => level === 'block' && code !== 'policy.approval'),
  );
  // a request for what would be refused all the same helps nobody
  if (others.length > 0) throw new AppError('policy.refused', { findings: others });
  const [needs] = decisions
    .filter(({ class: { rule } }) => rule.approvals > 0)
    .sort((a, b) => b.class.rule.approvals - a.class.rule.approvals);
  if (needs === undefined) return undefined;
  const place = asked.target ?? asked.source;
  if (place === undefined) throw new AppError('request.invalid', { at: 'target' });
  const text = JSON.stringify(work);
  // who decides sees all of what is done, or it is not asked for
  if (text.length > mostWork) throw new AppError('request.invalid', { at: 'work' });
  const { rule, name } = needs.class;
  const { approvers, fallback, escalateAfterMinutes, reviewWithinHours } = rule;
  return {
    ...{ operation: asked.operation, target: { workload: place.workload, database: place.database ?? '?' } },
    ...{ digest: workDigest(work, sha256), work: text },
    ...{ class: name, policyDigest: needs.digest, approvals: rule.approvals },
    ...defined({ masked: asked.masked, reason: asked.reason, ticket: asked.ticket, notBefore }),
    ...{ waitsUntil: new Date(now.getTime() + durationMs(rule.waitsAtMost ?? '3d')).toISOString() },
    ...{ validMinutes: durationMs(rule.validFor ?? '8h') / 60_000, emergency: asked.emergency === true },
    ...defined({ approvers, fallback, escalateAfterMinutes, reviewWithinHours }),
    ...facts,
    // with what the digest is of, whoever decides can hold it to what is shown
    ...(sha256 === undefined ? {} : { source: { ...facts.source, sha256 } }),
    findings: writtenFindings([
      ...seen.filter(({ code }) => !code.startsWith('policy.')),
      ...decisions.flatMap((one) => one.findings),
    ]),
  };
}
