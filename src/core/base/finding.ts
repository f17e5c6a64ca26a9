/** One result of a preflight. `block` stops the job before anything is changed; `warn` and `note` are shown. */
export interface Finding {
  readonly level: 'block' | 'warn' | 'note';
  /** e.g. `target.standby`, `roles.missing`; `src/words/findingWords.ts` has words for it */
  readonly code: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** True when one of the findings forbids going on. */
export function isBlocked(findings: readonly Finding[]): boolean {
  return findings.some((finding) => finding.level === 'block');
}
