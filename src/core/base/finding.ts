import type { NoData } from './facts';
import type { FindingCode, FindingData } from './findingData';

export type { FindingCode } from './findingData';

/** One result of a preflight. `block` stops the job before anything is changed; `warn` and `note` are shown. */
export type Finding = { readonly [C in FindingCode]: FindingOf<C> }[FindingCode];

interface FindingOf<C extends FindingCode> {
  readonly level: 'block' | 'warn' | 'note';
  /** e.g. `target.standby`, `roles.missing`; `src/words/findingWords.ts` has words for it */
  readonly code: C;
  readonly data: FindingData[C];
}

/** A code whose facts are all optional needs none. */
type Facts<C extends FindingCode> = NoData extends FindingData[C] ? [data?: FindingData[C]] : [data: FindingData[C]];

/** A finding, its facts held to its code. */
export function found<C extends FindingCode>(level: Finding['level'], code: C, ...[data]: Facts<C>): Finding {
  return { level, code, data: data ?? {} } as FindingOf<C> as Finding;
}

export const block = <C extends FindingCode>(code: C, ...facts: Facts<C>): Finding => found('block', code, ...facts);
export const warn = <C extends FindingCode>(code: C, ...facts: Facts<C>): Finding => found('warn', code, ...facts);
export const note = <C extends FindingCode>(code: C, ...facts: Facts<C>): Finding => found('note', code, ...facts);

/** True when one of the findings forbids going on. */
export function isBlocked(findings: readonly Finding[]): boolean {
  return findings.some((finding) => finding.level === 'block');
}
