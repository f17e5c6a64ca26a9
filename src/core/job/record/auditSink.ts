import type { JsonObject } from '../../base/json';
import type { ResultData } from './resultData';
import { toAppError } from '../../base/errors';
import { defined } from '../../base/defined';
import { anchorText } from '../../audit/checkpoint';
import { note, ownTrail } from '../../audit/ownTrail';
import type { AuditEntry } from '../../audit/record';
import type { AuditTrail } from '../../audit/trail';
import { formatReference } from '../../cluster/reference';
import { requestDigest } from '../checkRequest';
import { backupsOf, formatBackupRef, operandsOf, placesOf, type JobRequest } from '../request';
import type { EventSink } from './eventSink';
import type { JobEvent, JobResult } from './jobEvents';

/** The code of the note that holds an anchor of the audit trail. */
export const anchorNote = 'audit.anchor';

/**
 * Writes a job into the audit trail: what it is about to do before it begins, and how it ended. A job whose intent cannot be written does not begin (`audit.unwritable`). The anchor of the intent stands in the
 * job's events, and so in its report.
 */
export class AuditSink implements EventSink {
  #trail: AuditTrail | undefined;
  /** as whom each cluster knows who does it */
  readonly #as = new Map<string, string>();
  #intent: { readonly seq: number; readonly entry: Omit<AuditEntry, 'type'>; readonly kind: string } | undefined;

  async begin({ id, request, report }: Parameters<NonNullable<EventSink['begin']>>[0]): Promise<void> {
    this.#trail = await ownTrail().catch((error: unknown) => {
      throw toAppError(error);
    });
    const entry = entryOf(id, request);
    const { record, checkpoint } = await note(this.#trail, { ...entry, type: `${request.kind}.intent` });
    this.#intent = { seq: record.seq, entry, kind: request.kind };
    if (checkpoint) report({ type: 'note', code: anchorNote, data: { anchor: anchorText(checkpoint) } });
  }

  take(event: JobEvent): void {
    if (event.type !== 'note' || event.code !== 'cluster.knownAs') return;
    this.#as.set(event.data.cluster, event.data.user);
  }

  async end(result: JobResult): Promise<void> {
    if (!this.#trail || !this.#intent) return;
    const { seq, entry, kind } = this.#intent;
    const { data, outcome, exitCode, error } = result;
    const { backup: id, sha256, target, cleaned } = data;
    const backup = typeof id === 'string' ? { id, ...(typeof sha256 === 'string' ? { sha256 } : {}) } : entry.backup;
    const facts = [
      'kept',
      'side',
      'preparedBy',
      'rows',
      'tables',
      'seconds',
      'pauseSeconds',
      'written',
      'removed',
      'masked',
    ] as const satisfies readonly (keyof ResultData)[];
    const told = Object.fromEntries(facts.flatMap((name) => (data[name] === undefined ? [] : [[name, data[name]]])));
    const findings = (result.findings ?? []).map(({ level, code }) => `${level} ${code}`);
    await note(this.#trail, {
      ...entry,
      ...(backup === undefined ? {} : { backup }),
      ...(typeof target === 'string' ? { target } : {}),
      ...{ type: `${kind}.outcome`, outcome },
      details: {
        ...{ ...entry.details, ...told, ...defined({ removed: cleaned?.removed }), exitCode, intent: seq },
        ...(this.#as.size === 0 ? {} : { as: Object.fromEntries(this.#as) }),
        ...(error === undefined ? {} : { error: error.code }),
        ...(findings.length === 0 ? {} : { findings: [...new Set(findings)].slice(0, 50) }),
        ...((result.differences ?? []).length === 0 ? {} : { differences: result.differences?.length }),
      },
    });
  }
}

/** What is known of a job before it begins. */
function entryOf(job: string, request: JobRequest): Omit<AuditEntry, 'type'> {
  const { by, reason, approval } = request.asked;
  const [backup] = backupsOf(request).map(formatBackupRef);
  const target = placesOf(request).map(formatReference).at(-1);
  return {
    actor: { user: by, via: 'job' },
    request: { job, digest: requestDigest(request), ...defined({ reason, approval }) },
    ...(backup === undefined ? {} : { backup: { id: backup } }),
    ...(target === undefined ? {} : { target }),
    details: { operands: operandsOf(request), options: optionsOf(request), root: request.root },
  };
}

/** What rules say is in the request; the trail says which options there were. */
function optionsOf({ options }: JobRequest): JsonObject {
  return Object.fromEntries(
    Object.entries(options as JsonObject).map(([name, value]) => [name, name === 'mask' ? true : value]),
  );
}
