import type { JsonObject } from '../base/json';
import type { AuditRecord } from './record';

/** The columns of a trail as a table, in this order. */
const columns = [
  ...['seq', 'time', 'type', 'user', 'groups', 'via', 'job', 'digest', 'reason', 'approval'],
  ...['backup', 'sha256', 'target', 'outcome', 'details', 'prev'],
] as const;

/** The head of a table of records, as CSV (RFC 4180). Pure. */
export function csvHead(): string {
  return `${columns.join(',')}\r\n`;
}

/** A record as a line of it. What a spreadsheet would take for a formula is made a text. Pure. */
export function csvLine(record: AuditRecord): string {
  const { actor, request = {}, backup, details } = record;
  const cells: Readonly<Record<(typeof columns)[number], unknown>> = {
    ...{ seq: record.seq, time: record.time, type: record.type, target: record.target, outcome: record.outcome },
    ...{ user: actor.user, groups: actor.groups?.join(' '), via: actor.via, prev: record.prev },
    ...{ job: request.job, digest: request.digest, reason: request.reason, approval: request.approval },
    ...{ backup: backup?.id, sha256: backup?.sha256, details: details && JSON.stringify(details) },
  };
  return `${columns.map((name) => csvCell(cells[name])).join(',')}\r\n`;
}

function csvCell(value: unknown): string {
  if (typeof value === 'number') return String(value);
  const text = typeof value === 'string' ? value : '';
  const harmless = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

/** A record as an event of CloudEvents 1.0 whose data is of OCSF 1.3, class 6005 (Datastore Activity): what a SIEM reads. Pure. */
export function cloudEvent(record: AuditRecord, version: string): JsonObject {
  const kind = record.type.replace(/\.(intent|outcome)$/, '');
  const [activity, name] = activities[kind] ?? [99, 'Other'];
  const failed = record.outcome !== undefined && !good.has(record.outcome);
  return {
    ...{ specversion: '1.0', id: `${record.trail}/${record.seq}`, source: `urn:db-ferry:trail:${record.trail}` },
    ...{ type: `io.db-ferry.audit.${record.type}`, time: record.time, datacontenttype: 'application/json' },
    ...(record.target === undefined ? {} : { subject: record.target }),
    data: {
      ...{ class_uid: 6005, class_name: 'Datastore Activity', category_uid: 6, category_name: 'Application Activity' },
      ...{ activity_id: activity, activity_name: name, type_uid: 600500 + activity },
      ...{ severity_id: failed ? 3 : 1, severity: failed ? 'Medium' : 'Informational' },
      ...{ status_id: record.outcome === undefined ? 0 : failed ? 2 : 1, status: statusOf(record.outcome, failed) },
      ...(record.outcome === undefined ? {} : { status_detail: record.outcome }),
      time: Date.parse(record.time),
      metadata: {
        version: '1.3.0',
        product: { name: 'DB Ferry', vendor_name: 'DB Ferry', version },
        ...{ uid: String(record.seq), original_time: record.time },
      },
      actor: {
        user: { name: record.actor.user, groups: (record.actor.groups ?? []).map((group) => ({ name: group })) },
        app_name: record.actor.via,
      },
      ...(record.target === undefined ? {} : { database: { name: record.target } }),
      unmapped: record,
    },
  };
}

function statusOf(outcome: string | undefined, failed: boolean): string {
  if (outcome === undefined) return 'Unknown';
  return failed ? 'Failure' : 'Success';
}

const good: ReadonlySet<string> = new Set(['done', 'differences', 'prepared']);

/** activity_id of class 6005 */
const activities: Readonly<Partial<Record<string, readonly [number, string]>>> = {
  backup: [1, 'Read'],
  verify: [1, 'Read'],
  diff: [1, 'Read'],
  export: [1, 'Read'],
  send: [1, 'Read'],
  restore: [5, 'Write'],
  copy: [5, 'Write'],
  swap: [5, 'Write'],
  undo: [5, 'Write'],
  import: [6, 'Create'],
  release: [7, 'Delete'],
  discard: [7, 'Delete'],
  delete: [7, 'Delete'],
  retain: [7, 'Delete'],
  clean: [7, 'Delete'],
};
