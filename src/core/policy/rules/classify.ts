import { because, holds, type Because, type Facts } from './expression';
import type { PolicySpec, Rule } from './policySchema';

/** Which class an operation is of, and why. */
export interface Classified {
  readonly name: string;
  readonly rule: Rule;
  /** matched: its expression holds; missing: that of an earlier one cannot be told; none: no expression holds. Of the last two the strictest class is taken */
  readonly by: 'matched' | 'missing' | 'none';
  readonly because: readonly Because[];
  /** the fact that is not known, and the class whose expression needs it */
  readonly missing?: { readonly fact: string; readonly of: string };
}

/** The class of the first expression that holds. Where one cannot be told, or none holds, the strictest there is. Pure. */
export function classify(spec: PolicySpec, facts: Facts): Classified {
  for (const { name, when } of spec.classes) {
    const told = holds(when, facts);
    if ('missing' in told)
      return { ...strictest(spec), by: 'missing', because: [], missing: { fact: told.missing, of: name } };
    if (told.is) return { name, rule: ruleOf(spec, name), by: 'matched', because: because(when, facts) };
  }
  return { ...strictest(spec), by: 'none', because: [] };
}

/** The class that asks for most: approvals, then notice, then a window, then a drill. Pure. */
export function strictest(spec: PolicySpec): Pick<Classified, 'name' | 'rule'> {
  const all = spec.classes.map(({ name }) => ({ name, rule: ruleOf(spec, name) }));
  const asks = ({ rule }: { readonly rule: Rule }): readonly number[] => [
    rule.approvals,
    rule.noticeHours ?? 0,
    rule.window === 'required' ? 1 : 0,
    rule.drillWithinDays === undefined ? 0 : 1,
    rule.ticket === undefined ? 0 : 1,
    rule.reason === 'required' ? 1 : 0,
  ];
  const [most] = all.sort((a, b) => compare(asks(b), asks(a)));
  // a policy has one class at least
  return most ?? { name: '', rule: { approvals: 1 } };
}

function ruleOf({ rules }: PolicySpec, name: string): Rule {
  return Object.hasOwn(rules, name) ? (rules[name] ?? { approvals: 1 }) : { approvals: 1 };
}

function compare(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((value, index) => value !== b[index]);
  return at === -1 ? 0 : (a[at] ?? 0) - (b[at] ?? 0);
}
