import type * as vscode from 'vscode';
import type { Verification } from '../core/catalog/manifest';
import type { BackupSummary } from '../core/catalog/summary';
import { signedText } from '../words/provenanceWords';
import { backupName } from './backupWords';
import { count, duration, localTime, serverVersionText, size } from './format';
import { factsTooltip } from './tooltip';

/** What is known of a backup: where from, by whom, why, how, and how far it was verified. */
export function backupTooltip(backup: BackupSummary): vscode.MarkdownString {
  return factsTooltip(backupName(backup), facts(backup));
}

function facts(backup: BackupSummary): [name: string, value: string | undefined][] {
  const { manifest, folder } = backup;
  const { asked, job, archive, globals, verified, time, dump } = manifest;
  return [
    ['From', sourceText(backup)],
    ['Signed', signedText(backup)],
    ['Server', serverText(backup)],
    ['Asked by', asked.by],
    ['Why', asked.reason],
    ['Approved', asked.approval],
    ['Job', job],
    ['Taken with', dump.toolVersion],
    ['Took', time.seconds > 0 ? duration(time.seconds) : undefined],
    ['Holds', holdsText(backup)],
    ['Archive', archiveText(backup)],
    ['SHA-256', archive.sha256 === '' ? undefined : `${archive.sha256.slice(0, 12)}…`],
    ['Masked', manifest.masked && `by rules ${manifest.masked.rules.slice(0, 8)}`],
    ['Roles', globals ? 'in globals.sql, without passwords' : undefined],
    ...verified.map((one): [string, string] => ['Verified', verificationText(one)]),
    ['Folder', folder],
  ];
}

function sourceText({ manifest: { source } }: BackupSummary): string | undefined {
  if (source.cluster === '') return 'elsewhere; its past is not known';
  const place = `${source.cluster}/${source.namespace}/${source.pod}/${source.database}`;
  const notes = [source.environment, source.standby ? 'standby' : undefined].filter((note) => note !== undefined);
  return notes.length === 0 ? place : `${place} (${notes.join(', ')})`;
}

function serverText({ manifest: { source, archive } }: BackupSummary): string | undefined {
  if (source.serverVersion === 0) return archive.header.serverVersion;
  return `PostgreSQL ${serverVersionText(source.serverVersion)}, ${source.encoding}, at ${source.server}`;
}

function holdsText({ tables, rows, largeObjects, manifest }: BackupSummary): string | undefined {
  if (manifest.archive.sha256 === '') return undefined;
  const parts = [`${count(rows)} rows in ${count(tables)} ${tables === 1 ? 'table' : 'tables'}`];
  if (largeObjects > 0) parts.push(`${count(largeObjects)} large objects`);
  if (manifest.extensions.length > 0) parts.push(`extensions ${manifest.extensions.join(', ')}`);
  return parts.join('; ');
}

function archiveText({ manifest: { size: sizes, dump } }: BackupSummary): string {
  const unpacked = sizes.text > 0 ? ` for ${size(sizes.text)} of rows` : '';
  return `${size(sizes.archive)}${unpacked}${dump.compression === '' ? '' : `, ${dump.compression}`}`;
}

function verificationText({ level, time, place }: Verification): string {
  return `${levelWords[level]}${place === undefined ? '' : ` on ${place}`}, ${localTime(time)}`;
}

const levelWords: Readonly<Record<Verification['level'], string>> = {
  structure: 'structure read to the end',
  digest: 'every byte as it was written',
  counted: "rows counted in the source's snapshot",
  key: 'a key that opens it was tested',
  restored: 'restored and compared',
};
