import { canonical } from '../state/canonical';
import { isPublicKey, judge, signingKey, type KeyRing } from '../state/keys';
import type { PublicKey, Signed } from '../state/signed';
import type { AuditRecord } from './record';

/** Says, signed, how far a trail had come at a time: whoever holds one finds that a record before it was changed, removed or put in. */
export interface Checkpoint {
  readonly trail: string;
  /** how many records there were */
  readonly size: number;
  /** SHA-256 of the last of them */
  readonly head: string;
  /** UTC ISO 8601 */
  readonly time: string;
  readonly key: PublicKey;
  /** Ed25519 over the canonical form of `{ head, size, time, trail, what: 'db-ferry-audit' }`, base64 */
  readonly signature: string;
}

/** A checkpoint of what was just written, signed with this workspace's key. Throws where there is no key and none can be made. */
export async function signCheckpoint({
  record,
  digest,
}: {
  readonly record: AuditRecord;
  readonly digest: string;
}): Promise<Checkpoint> {
  const { trail, seq: size, time } = record;
  const said = { trail, size, head: digest, time };
  return { ...said, ...(await signingKey()).sign(statementOf(said)) };
}

/** Who signed a checkpoint, as far as this side knows. Pure. */
export function signerOf(checkpoint: Checkpoint, ring: KeyRing): Signed {
  return judge(statementOf(checkpoint), [{ key: checkpoint.key, signature: checkpoint.signature }], ring);
}

/** What is signed: as `openssl pkeyutl -verify -rawin` takes it. Pure. */
export function statementOf({ trail, size, head, time }: Omit<Checkpoint, 'key' | 'signature'>): string {
  return canonical({ what: 'db-ferry-audit', trail, size, head, time });
}

/** One line that can stand in a mail, a report, a log. `anchorsIn` finds it there. Pure. */
export function anchorText({ trail, size, head, time, key, signature }: Checkpoint): string {
  return `db-ferry-anchor/1 ${trail} ${size} ${head} ${time} ${key} ${signature}`;
}

/** Every anchor in a text, whatever else it holds; one that a mail client wrapped too. Pure. */
export function anchorsIn(text: string): Checkpoint[] {
  return Array.from(
    text.matchAll(anchor),
    ([, trail = '', size = '', head = '', time = '', key = '', signature = '']) => ({
      ...{ trail, size: Number(size), head, time, key, signature },
    }),
  ).filter(({ key }) => isPublicKey(key));
}

const anchor =
  /db-ferry-anchor\/1\s{1,4}([0-9a-f]{16})\s{1,4}(\d{1,12})\s{1,4}([0-9a-f]{64})\s{1,4}([0-9TZ:.-]{20,24})\s{1,4}(ed25519:[A-Za-z0-9+/]{43}=)\s{1,4}([A-Za-z0-9+/]{86}==)/g;

/** Where one is kept beside the records. */
export function checkpointKey({ size, head }: Pick<Checkpoint, 'size' | 'head'>): string {
  return `checkpoints/${String(size).padStart(12, '0')}-${head.slice(0, 8)}.anchor`;
}
