import type { Finding } from '../base/finding';

/** What is known of what a job would change, when it is decided whether it may. */
export interface PolicyFacts {
  /** the database that would be replaced, put back or dropped, as a reference */
  readonly reference: string;
  readonly database: string;
  /** there is something to lose: a database that is replaced, or one that is kept */
  readonly replaces: boolean;
  /** the entry that protects its place; undefined: none does */
  readonly protectedBy?: string;
  /** the name of a database that somebody typed, having seen what is lost */
  readonly confirmed?: string;
  /** names that count as well, of what is kept */
  readonly alsoNamed?: readonly string[];
  /** somebody is there who will be asked for it before anything is done */
  readonly willAsk?: boolean;
}

/**
 * What this user's own policy says of a job: asked by the plan and by the job itself, so that no host and no option passes by it. A database in a protected place is replaced, put
 * back or dropped only when it was confirmed by its name. Pure.
 */
export function decide(facts: PolicyFacts): Finding[] {
  const { reference, database, replaces, protectedBy, confirmed, alsoNamed = [], willAsk = false } = facts;
  if (!replaces || protectedBy === undefined) return [];
  const isConfirmed = confirmed === database || (confirmed !== undefined && alsoNamed.includes(confirmed));
  const level = isConfirmed ? 'note' : willAsk ? 'warn' : 'block';
  return [{ level, code: 'policy.protected', data: { reference, database, by: protectedBy } }];
}

/** What is known of a backup that is to be made, when it is decided whether it may. */
export interface BackupPolicyFacts {
  /** the database, as a reference */
  readonly reference: string;
  /** the entry that asks for encryption there; undefined: none does */
  readonly encryptedBy?: string | undefined;
  /** there is a recovery key, so that something can be encrypted */
  readonly canEncrypt: boolean;
}

/** The same of a backup: where an entry asks for it, it is encrypted whether that was asked for or not, and not made where nothing can be. Pure. */
export function decideBackup({ reference, encryptedBy, canEncrypt }: BackupPolicyFacts): {
  readonly encrypt: boolean;
  readonly findings: Finding[];
} {
  if (encryptedBy === undefined) return { encrypt: false, findings: [] };
  const data = { reference, by: encryptedBy };
  const finding: Finding = canEncrypt
    ? { level: 'note', code: 'policy.encrypted', data }
    : { level: 'block', code: 'policy.unencrypted', data };
  return { encrypt: true, findings: [finding] };
}
