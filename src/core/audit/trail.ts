import { randomBytes } from 'node:crypto';
import { AppError, isAppError, toAppError } from '../base/errors';
import { getIfThere, writeOnce, type Store } from '../store/store';
import { anchorText, checkpointKey, signCheckpoint, type Checkpoint } from './checkpoint';
import {
  digestOf,
  longestRecord,
  noRecord,
  parseRecord,
  recordText,
  type AuditEntry,
  type AuditRecord,
} from './record';

/** Where a trail ends. */
export interface Head {
  readonly trail: string;
  readonly seq: number;
  /** SHA-256 of the last record */
  readonly digest: string;
  readonly time: string;
}

/** What was written, with what proves from then on that it was. */
export interface Appended {
  readonly record: AuditRecord;
  /** signed; kept where the operator of the trail has no hand it finds every later damage. Absent where this workspace has no key to sign with */
  readonly checkpoint?: Checkpoint;
}

/** `records/<thousands>/<seq>.json` */
export function recordKey(seq: number): string {
  const thousands = String(Math.floor(seq / 1000)).padStart(9, '0');
  return `records/${thousands}/${String(seq).padStart(12, '0')}.json`;
}

/**
 * A trail of what was done: one object for each record, made once and never written again, each with the digest of the one before. The store lets exactly one of several writers make the next one, and
 * what is not whole has no name there: so neither two at once nor a process that is killed leaves half a record.
 */
export class AuditTrail {
  constructor(
    readonly store: Store,
    private readonly now: () => Date = () => new Date(),
  ) {}

  /** The last record; undefined for a trail that was never begun. Throws `audit.broken` where it cannot be read, and what the store says. */
  async head(): Promise<Head | undefined> {
    const seq = await this.lastSeq();
    if (seq === undefined) return undefined;
    const key = recordKey(seq);
    const text = await getIfThere(this.store, key, longestRecord * 2);
    const record = text && parseRecord(text.toString());
    if (!text || !record) throw new AppError('audit.broken', { trail: this.store.name, key });
    return { trail: record.trail, seq: record.seq, digest: digestOf(text), time: record.time };
  }

  /**
   * Writes one record behind the last one; durable when it returns. A day of silence before it is told by a heartbeat first. Throws `audit.unwritable` where it cannot be written: then nothing of it is.
   */
  async append(entry: AuditEntry): Promise<Appended> {
    try {
      const head = await this.head();
      if (!head) await this.add({ type: 'trail.opened', actor: entry.actor }, randomBytes(8).toString('hex'));
      else if (this.now().getTime() - Date.parse(head.time) > dayMs && entry.type !== heartbeat)
        await this.add({ type: heartbeat, actor: entry.actor, details: { quietSince: head.time } }, head.trail);
      const added = await this.add(entry, head?.trail ?? '');
      const checkpoint = await signCheckpoint(added).catch(() => undefined);
      return { record: added.record, ...(checkpoint ? { checkpoint } : {}) };
    } catch (error) {
      const { code, message } = toAppError(error);
      throw new AppError('audit.unwritable', { trail: this.store.name, code, message }, { cause: error });
    }
  }

  /** Keeps a checkpoint beside the records: where the store is not the operator's own, it is an anchor. Never throws. */
  async keep(checkpoint: Checkpoint): Promise<void> {
    await writeOnce(this.store, checkpointKey(checkpoint), `${anchorText(checkpoint)}\n`).catch(() => undefined);
  }

  private async add(
    entry: AuditEntry,
    trail: string,
  ): Promise<{ readonly record: AuditRecord; readonly digest: string }> {
    for (let tries = 0; tries < mostTries; tries++) {
      const head = await this.head();
      const time = this.now().toISOString();
      const at = {
        schema: 1,
        seq: (head?.seq ?? 0) + 1,
        prev: head?.digest ?? noRecord,
        trail: head?.trail ?? trail,
        time,
      } as const;
      const record = fitting({ ...entry, ...at });
      const text = recordText(record);
      try {
        await writeOnce(this.store, recordKey(record.seq), text);
        return { record, digest: digestOf(text) };
      } catch (error) {
        // another writer was there first: behind it, then; it has opened the trail
        if (!isAppError(error, 'store.exists')) throw error;
        if (entry.type === 'trail.opened') return { record, digest: digestOf(text) };
      }
    }
    throw new AppError('internal', {
      message: `others wrote into the audit trail ${mostTries} times before this could`,
    });
  }

  /** From the names alone; a folder that was made and not filled counts for nothing. */
  private async lastSeq(): Promise<number | undefined> {
    const { folders } = await this.store.level('records/');
    for (const folder of [...folders].reverse()) {
      const { objects } = await this.store.level(`records/${folder}/`);
      const last = objects.map(({ key }) => seqOf(key)).filter((seq) => seq !== undefined);
      if (last.length > 0) return Math.max(...last);
    }
    return undefined;
  }
}

/** The number in a record's key; undefined for another key. Pure. */
export function seqOf(key: string): number | undefined {
  const found = /^records\/\d{9}\/(\d{12})\.json$/.exec(key);
  return found ? Number(found[1]) : undefined;
}

/** What is too long for a record is left out of it, and that is said. */
function fitting(record: AuditRecord): AuditRecord {
  if (Buffer.byteLength(recordText(record)) <= longestRecord) return record;
  const { details, ...rest } = record;
  const kept = Object.entries(details ?? {}).filter(([, value]) => JSON.stringify(value ?? null).length < 1000);
  return { ...rest, details: { ...Object.fromEntries(kept.slice(0, 40)), leftOut: true } };
}

/** What is written where nothing else was for a day, so that a gap can be told from a quiet time. */
export const heartbeat = 'trail.heartbeat';
const dayMs = 24 * 3600_000;
const mostTries = 200;
