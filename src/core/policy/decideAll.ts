import type { Finding } from '../base/finding';
import { decideByPolicy, type AskedOperation, type Decision } from './rules/decideByPolicy';
import type { ReadPolicy } from './rules/readPolicy';

/** What several policies say of an operation: each counts. Pure. */
export function decideAll(
  policies: readonly ReadPolicy[],
  asked: AskedOperation,
): {
  readonly decisions: readonly Decision[];
  readonly findings: readonly Finding[];
} {
  const decisions = policies.map((policy) => decideByPolicy(policy, asked));
  return { decisions, findings: decisions.flatMap(({ findings }) => findings) };
}
