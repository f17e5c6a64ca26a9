import { canonical } from '../../state/canonical';
import { judge, signingKey, type KeyRing } from '../../state/keys';
import { isProven, type Signed } from '../../state/signed';
import type { Prepared } from './prepared';

/** What the COMMENT of a database of ours says, as `{"dbFerry": …}`. */
export interface Mark {
  readonly job: string;
  /** `side`: made by a restore, not yet seen by anyone; `prepared`: that, proven, closed and waiting for its swap; `kept`: what was live before a swap */
  readonly role: 'side' | 'prepared' | 'kept';
  /** the name of the live database it belongs to */
  readonly of: string;
  /** UTC ISO 8601; it orders nothing */
  readonly time: string;
  /** the backup, or what else it came from */
  readonly origin: string;
  /** of a kept one: how many rows the new live database's statistics counted as written when it took its place */
  readonly written?: number;
  /** of a prepared one: what was proven, and what it is held to when it is swapped */
  readonly prepared?: Prepared;
  /** by whom it was signed, and the signature: absent in marks of 0.1.0 */
  readonly by?: string;
  readonly signature?: string;
}

/** What bears a mark. A mark that is copied onto another database, server, role or owner is not signed any more. */
export interface Bearer {
  readonly oid: number;
  readonly name: string;
  /** of a database */
  readonly owner?: string;
}

/** How it is known that a mark is true. `claim`: it is not; whoever owns the database can have written it. */
export type Proof =
  | { readonly how: 'signed'; readonly by: 'own' | 'trusted'; readonly name?: string }
  | { readonly how: 'record' }
  | { readonly how: 'claim'; readonly why: 'nobody' | 'wrong' | 'unknown' };

/** What this user's own state says of a job. It proves a mark that is not signed. */
export interface Records {
  /** the job took the name away from the database of this OID when it gave it to another one */
  kept(job: string, of: string, oid: number): Promise<boolean>;
  /** the job worked on this server */
  worked(job: string): Promise<boolean>;
  /** what the job proved when it prepared the database of this OID; undefined where our own state does not say it */
  prepared(job: string, oid: number): Promise<Prepared | undefined>;
  /** the job made this role, and did not come to the end for which it was made */
  madeRole(job: string, role: string): Promise<boolean>;
}

/** A mark with the signature of this workspace over it and what bears it; without one where there is no key, or no way to tell the server from others. */
export async function sealed<Marked extends object>(
  system: string | undefined,
  bearer: Bearer,
  mark: Marked,
): Promise<Marked & { readonly by?: string; readonly signature?: string }> {
  if (system === undefined) return mark;
  try {
    const key = await signingKey();
    const { signature } = key.sign(statement(system, bearer, mark));
    return { ...mark, by: key.key, signature };
  } catch {
    return mark;
  }
}

/** What the signature in a mark says. Pure. */
export function signatureOf(
  system: string | undefined,
  bearer: Bearer,
  mark: { readonly by?: string; readonly signature?: string },
  ring: KeyRing,
): Signed {
  const { by, signature } = mark;
  if (by === undefined || signature === undefined) return { by: 'nobody' };
  if (system === undefined) return { by: 'wrong' };
  return judge(statement(system, bearer, mark), [{ key: by, signature }], ring);
}

/** The proof that a signature is, or none. */
export function proofBySignature(signed: Signed): Proof {
  if (isProven(signed) && (signed.by === 'own' || signed.by === 'trusted')) {
    return { how: 'signed', by: signed.by, ...(signed.name === undefined ? {} : { name: signed.name }) };
  }
  return { how: 'claim', why: signed.by === 'unknown' || signed.by === 'wrong' ? signed.by : 'nobody' };
}

/** What is signed: the mark without its signature, and where it is. */
function statement(system: string, { oid, name, owner }: Bearer, mark: object): string {
  const said = Object.fromEntries(Object.entries(mark).filter(([field]) => field !== 'by' && field !== 'signature'));
  return canonical({ what: 'db-ferry-mark', system, oid, name, owner: owner ?? null, mark: said });
}
