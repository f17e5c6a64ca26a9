import { isAppError } from '../base/errors';
import type { KeyRing } from '../state/keys';
import { isProven } from '../state/signed';
import type { Store } from '../store/store';
import { anchorsIn, signerOf, type Checkpoint } from './checkpoint';
import { digestOf, longestRecord, noRecord, parseRecord, type AuditRecord } from './record';
import { recordKey, seqOf } from './trail';

/** An anchor and where it was found. */
export interface Anchor extends Checkpoint {
  readonly from: string;
}

/** One thing that is not as it was written. */
export interface Damage {
  /**
   * `missing`: no record of this number; `unreadable`: it is no record in its canonical form; `number`, `trail`: it says another number or trail; `chain`: it was not written behind the one before it; `cut`: the
   * trail is shorter than an anchor says; `changed`: the record that an anchor names is another one; `forged`: an anchor that its key did not sign; `replaced`: an anchor of ours is of another trail, which stood here before; `stranger`: what is no record stands among them
   */
  readonly code:
    'missing' | 'unreadable' | 'number' | 'trail' | 'chain' | 'cut' | 'changed' | 'forged' | 'replaced' | 'stranger';
  /** the record's number, where it is one record's */
  readonly seq?: number;
  /** where the anchor that shows it was found */
  readonly anchor?: string;
  /** the key of what is no record */
  readonly key?: string;
}

/** A time in which nothing was written, not even that nothing was done. */
export interface Quiet {
  readonly after: number;
  readonly hours: number;
}

/** What a trail is found to be. */
export interface Verification {
  readonly trail?: string;
  readonly size: number;
  /** SHA-256 of the last record */
  readonly head?: string;
  readonly damages: readonly Damage[];
  /** anchors that hold, by whoever signed them; the newest last */
  readonly anchors: readonly Anchor[];
  /** anchors of this trail whose key nobody here knows: they are shown, and prove nothing */
  readonly unknown: readonly Anchor[];
  /** how many records from the first on stand before an anchor that holds: for the rest the chain alone speaks, which whoever can write the records can make anew */
  readonly anchored: number;
  /** intents of which no outcome was written: their jobs run, or were interrupted */
  readonly open: readonly AuditRecord[];
  readonly quiet: readonly Quiet[];
  readonly first?: string;
  readonly last?: string;
}

/**
 * Reads a trail from its first record to its last: whether it is continuous, and whether it is complete against what anchors say. `anchors`: those that were found elsewhere; what is kept beside the records is
 * read as well. Throws what the store says.
 */
export async function verifyTrail(
  store: Store,
  { anchors: others, ring, onRecord }: VerifyOptions,
): Promise<Verification> {
  const damages: Damage[] = [];
  const own = await keptAnchors(store);
  const digests = new Map<number, string>();
  const open = new Map<number, AuditRecord>();
  const quiet: Quiet[] = [];
  let before: { readonly record: AuditRecord; readonly digest: string } | undefined;
  let [first, size, trail]: [string | undefined, number, string | undefined] = [undefined, 0, undefined];
  const keys = new Set<string>();
  for await (const { key } of store.list('records/')) {
    const seq = seqOf(key);
    if (seq === undefined || recordKey(seq) !== key) damages.push({ code: 'stranger', key });
    else keys.add(key);
    size = Math.max(size, seq ?? 0);
  }
  for (let seq = 1; seq <= size; seq++) {
    const text = keys.has(recordKey(seq)) ? await read(store, recordKey(seq)) : undefined;
    if (text === undefined) {
      damages.push({ code: keys.has(recordKey(seq)) ? 'unreadable' : 'missing', seq });
      before = undefined;
      continue;
    }
    const digest = digestOf(text);
    digests.set(seq, digest);
    const record = parseRecord(text.toString());
    if (!record) {
      damages.push({ code: 'unreadable', seq });
      before = undefined;
      continue;
    }
    trail ??= record.trail;
    first ??= record.time;
    if (record.seq !== seq) damages.push({ code: 'number', seq });
    if (record.trail !== trail) damages.push({ code: 'trail', seq });
    if (seq === 1 ? record.prev !== noRecord : before && record.prev !== before.digest)
      damages.push({ code: 'chain', seq });
    if (before) {
      const hours = (Date.parse(record.time) - Date.parse(before.record.time)) / 3600_000;
      if (hours > quietHours) quiet.push({ after: seq - 1, hours });
    }
    followOpen(open, record);
    await onRecord?.(record);
    before = { record, digest };
  }
  const held: Anchor[] = [];
  const unknown: Anchor[] = [];
  for (const anchor of unique([...own, ...others])) {
    const signed = signerOf(anchor, ring);
    const isOther = anchor.trail !== trail;
    // another workspace has a trail of its own
    if (isOther && signed.by !== 'own') continue;
    if (isOther) damages.push({ code: 'replaced', anchor: anchor.from });
    else if (signed.by === 'wrong') damages.push({ code: 'forged', anchor: anchor.from });
    else if (!isProven(signed)) unknown.push(anchor);
    else if (anchor.size > size) damages.push({ code: 'cut', seq: anchor.size, anchor: anchor.from });
    else if (digests.get(anchor.size) !== anchor.head)
      damages.push({ code: 'changed', seq: anchor.size, anchor: anchor.from });
    else held.push(anchor);
  }
  held.sort((a, b) => a.size - b.size);
  const head = digests.get(size);
  const chainBreaks = damages.flatMap(({ seq, code }) => (seq === undefined || code === 'cut' ? [] : [seq]));
  const whole = Math.min(size, ...chainBreaks.map((seq) => seq - 1));
  return {
    ...(trail === undefined ? {} : { trail }),
    size,
    ...(head === undefined ? {} : { head }),
    damages,
    anchors: held,
    unknown,
    anchored: Math.max(0, ...held.map((anchor) => anchor.size).filter((at) => at <= whole)),
    open: [...open.values()],
    quiet,
    ...(first === undefined ? {} : { first }),
    ...(before === undefined ? {} : { last: before.record.time }),
  };
}

export interface VerifyOptions {
  readonly anchors: readonly Anchor[];
  /** whose signatures count */
  readonly ring: KeyRing;
  /** called for each readable record, in order */
  readonly onRecord?: (record: AuditRecord) => Promise<void> | void;
}

/** The anchors in a text. */
export function anchorsFrom(text: string, from: string): Anchor[] {
  return anchorsIn(text).map((checkpoint) => ({ ...checkpoint, from }));
}

async function keptAnchors(store: Store): Promise<Anchor[]> {
  const anchors: Anchor[] = [];
  for await (const { key } of store.list('checkpoints/')) {
    const text = await read(store, key);
    if (text) anchors.push(...anchorsFrom(text.toString(), key));
  }
  return anchors;
}

async function read(store: Store, key: string): Promise<Buffer | undefined> {
  return store.get(key, longestRecord * 2).catch((error: unknown) => {
    if (isAppError(error) && (error.code === 'store.absent' || error.code === 'file.refused')) return undefined;
    throw error;
  });
}

function followOpen(open: Map<number, AuditRecord>, record: AuditRecord): void {
  if (record.type.endsWith('.intent')) open.set(record.seq, record);
  const intent = record.details?.['intent'];
  if (record.type.endsWith('.outcome') && typeof intent === 'number') open.delete(intent);
}

function unique(anchors: readonly Anchor[]): Anchor[] {
  return [
    ...new Map(
      anchors.map((one) => [`${one.trail} ${one.size} ${one.head} ${one.key} ${one.signature}`, one]),
    ).values(),
  ];
}

/** A heartbeat comes within a day; what is written later than that is told. */
const quietHours = 25;
