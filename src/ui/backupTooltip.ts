import type * as vscode from 'vscode';
import type { Verification } from '../core/catalog/manifest';
import type { BackupSummary } from '../core/catalog/summary';
import { runsAsText, signedText } from '../words/provenanceWords';
import { backupName } from './backupWords';
import { count, duration, localTime, serverVersionText, size } from './format';
import { factsTooltip } from './tooltip';
import { t } from '../words/language';

/** What is known of a backup: where from, by whom, why, how, and how far it was verified. */
export function backupTooltip(backup: BackupSummary): vscode.MarkdownString {
  return factsTooltip(backupName(backup), facts(backup));
}

function facts(backup: BackupSummary): [name: string, value: string | undefined][] {
  const { manifest, folder } = backup;
  const { asked, job, archive, globals, verified, time, dump } = manifest;
  return [
    [t`From`, sourceText(backup)],
    [t`Signed`, signedText(backup)],
    [t`Its SQL runs`, runsAsText(backup)],
    [t`Server`, serverText(backup)],
    [t`Asked by`, asked.by],
    [t`Why`, asked.reason],
    [t`Approved`, asked.approval],
    [t`Job`, job],
    [t`Taken with`, dump.toolVersion],
    [t`Took`, time.seconds > 0 ? duration(time.seconds) : undefined],
    [t`Holds`, holdsText(backup)],
    [t`Archive`, archiveText(backup)],
    ['SHA-256', archive.sha256 === '' ? undefined : `${archive.sha256.slice(0, 12)}…`],
    [t`Masked`, manifest.masked && t`by rules ${manifest.masked.rules.slice(0, 8)}`],
    [t`Encrypted`, manifest.encryption && t`its names and rows are read with a key alone`],
    [t`Roles`, globals ? t`in globals.sql, without passwords` : undefined],
    ...verified.map((one): [string, string] => [t`Verified`, verificationText(one)]),
    [t`Folder`, folder],
  ];
}

function sourceText({ manifest: { source } }: BackupSummary): string | undefined {
  if (source.cluster === '') return t`elsewhere; its past is not known`;
  const place = `${source.cluster}/${source.namespace}/${source.pod}/${source.database}`;
  const notes = [source.environment, source.standby ? t`standby` : undefined].filter((note) => note !== undefined);
  return notes.length === 0 ? place : `${place} (${notes.join(', ')})`;
}

function serverText({ manifest: { source, archive } }: BackupSummary): string | undefined {
  if (source.serverVersion === 0) return archive.header.serverVersion;
  return t`PostgreSQL ${serverVersionText(source.serverVersion)}, ${source.encoding}, at ${source.server}`;
}

function holdsText({ tables, rows, largeObjects, manifest }: BackupSummary): string | undefined {
  if (manifest.archive.sha256 === '') return undefined;
  const parts = [t`${count(rows)} rows in ${count(tables)} ${tables === 1 ? t`table` : t`tables`}`];
  if (largeObjects > 0) parts.push(t`${count(largeObjects)} large objects`);
  if (manifest.extensions.length > 0) parts.push(t`extensions ${manifest.extensions.join(', ')}`);
  return parts.join('; ');
}

function archiveText({ manifest: { size: sizes, dump } }: BackupSummary): string {
  const unpacked = sizes.text > 0 ? t` for ${size(sizes.text)} of rows` : '';
  return `${size(sizes.archive)}${unpacked}${dump.compression === '' ? '' : `, ${dump.compression}`}`;
}

function verificationText({ level, time, place }: Verification): string {
  return `${levelWords()[level]}${place === undefined ? '' : t` on ${place}`}, ${localTime(time)}`;
}

const levelWords = (): Readonly<Record<Verification['level'], string>> => ({
  structure: t`structure read to the end`,
  digest: t`every byte as it was written`,
  counted: t`rows counted in the source's snapshot`,
  key: t`a key that opens it was tested`,
  restored: t`restored and compared`,
});
