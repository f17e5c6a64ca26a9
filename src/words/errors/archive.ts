import type { ErrorData } from '../../core/base/errors';
import type { ForeignReason } from '../../core/base/foreignFacts';
import { damageWords, entryWords } from '../damageWords';
import { fact, shown } from '../shown';
import type { Hints } from '../hints';
import type { ErrorTable } from './errorTable';
import { bytes } from './shared';
import { t } from '../language';

/** Words for the errors of archives. */
export const archiveErrors = {
  'archive.damaged': (data) => ({
    what:
      data['offset'] === undefined
        ? t`The archive is damaged.`
        : t`The archive is damaged at byte ${shown(data, 'offset')}.`,
    why: `${damageWords(data)}${data['entry'] === undefined ? '' : t` (in ${entryWords(data)})`}`,
    todo: t`Nothing was restored from it. Take another backup.`,
  }),
  'archive.foreign': (data, hints) => ({
    what: t`This is not an archive in the custom format of pg_dump.`,
    why: foreignWords(data),
    todo: wayOn(data, hints),
  }),
  'archive.version': (data) =>
    isOlder(data['version'])
      ? {
          what: t`The archive is older than what is read here: its format has version ${shown(data, 'version')}.`,
          why: t`Versions 1.13 to 1.16 are read: those of pg_dump 10.3 and later. This one was written by an earlier pg_dump.`,
          todo: t`Restore it with the pg_restore of an old PostgreSQL (any pg_restore up to 18 reads it), and dump that database again.`,
        }
      : {
          what: t`The archive has format version ${shown(data, 'version')}, which is not known.`,
          why: t`Versions 1.13 to 1.16 are (pg_dump 10.3 to 18).`,
          todo: t`Update DB Ferry.`,
        },
  'archive.tooLarge': (data) => ({
    what: t`The archive names more than the editor can show.`,
    ...(fact(data, 'entries') === undefined
      ? {}
      : { why: t`It has ${shown(data, 'entries')} tables, data blocks and sequences.` }),
    todo: t`It was not changed. A backup of this size can still be verified and restored.`,
  }),
  'archive.roleName': (data) => ({
    what: t`A role that ${entryWords(data)} belongs to, or that it names, has a name that is no text in the encoding of this database.`,
    why: t`Roles belong to the whole server, and this one was made in a database of another encoding. It is no damage, but no server takes that name back from this archive.`,
    todo: t`Give the role a name of plain letters (ALTER ROLE … RENAME TO …, in a database of the encoding it was made in), then take the backup again.`,
  }),
  'archive.limit': (data) => ({
    what: t`${limited(data)} (${entryWords(data)}, at byte ${shown(data, 'offset')}).`,
    why: t`What a table of contents holds is held in memory, and what may be anybody's has a limit. Damage can look like this, too; it need not be any.`,
    todo: t`PostgreSQL's own tools have no such limit: if the archive is whole, \`pg_restore\` reads it. A backup that is verified here needs that object to be smaller.`,
  }),
  'archive.encoding': (data) => ({
    what: t`The archive is written in ${shown(data, 'encoding')}, which no server keeps its texts in.`,
    why: t`In such an encoding a quote or a backslash may be half of another character, so that no two readers need to see the same text.`,
    todo: t`Dump the database again in UTF8, with the option \`-E UTF8\` of pg_dump.`,
  }),
} satisfies ErrorTable;

function limited(data: ErrorData['archive.limit']): string {
  const most = bytes(data['most']);
  if (data['what'] === 'contents') return t`The archive's table of contents has more than the ${most} that are read`;
  const found = data['size'] === undefined ? '' : t` of ${bytes(data['size'])}`;
  const what = data['what'] === 'entry' ? t`an entry` : t`a text`;
  return t`The archive's table of contents has ${what}${found}, more than the ${most} that are read`;
}

/** Of two versions `1.N` of an archive's format that are not read. */
function isOlder(version: unknown): boolean {
  const [, major = '', minor = ''] = /^(\d+)\.(\d+)/.exec(String(version)) ?? [];
  return Number(major) < 1 || (Number(major) === 1 && Number(minor) < 13);
}

/** From a file that is no archive to a backup. */
function wayOn(data: ErrorData['archive.foreign'], hints: Hints): string {
  const tool = `\`${shown(data, 'tool')}\``;
  const ways: Readonly<Record<string, string>> = {
    unpack: t`Unpack it with ${tool}, and take what is in it. Where that is no archive either, its name is told then.`,
    load: t`Restore it into an empty database with ${tool}, and back that database up. Or make an archive with \`pg_dump -Fc\`.`,
    start: t`Start a server of its version on it, and back up its databases one by one.`,
    fetch: t`Fetch the file again, and look at its size: this is not what was meant to come.`,
    write: t`Let pg_dump write the file itself, with its option \`-f\`. What the shell changed cannot be undone.`,
    decrypt: t`Decrypt it first, and take what is in it.`,
    none: t`Only what pg_dump of PostgreSQL wrote can be taken. Make it with \`pg_dump -Fc\`.`,
  };
  const known = typeof data['way'] === 'string' ? ways[data['way']] : undefined;
  return known ?? t`Make one with \`pg_dump -Fc\`. SQL is taken, too: ${hints.loadSql()}.`;
}

/** What it is instead. What a job of 0.1.0 told is a text already. */
function foreignWords(data: ErrorData['archive.foreign']): string {
  const { reason, packed } = data;
  if (packed !== undefined && reason === 'archive')
    return t`an archive that was compressed with ${shown(data, 'packed')} as a whole`;
  if (packed !== undefined && reason === 'file') return t`a file compressed with ${shown(data, 'packed')} as a whole`;
  const words = Object.hasOwn(foreign(), reason) ? foreign()[reason] : shown(data, 'reason');
  return packed === undefined ? words : t`${words}, compressed with ${shown(data, 'packed')}`;
}

const foreign = (): Readonly<Record<ForeignReason, string>> => ({
  empty: t`an empty file`,
  unknown: t`not a PostgreSQL archive`,
  rewritten: t`an archive that a shell rewrote as UTF-16 text`,
  copyRows: t`rows that COPY wrote in its binary format`,
  sqlite: t`a database of SQLite`,
  sqlServer: t`a backup of SQL Server`,
  mongodump: t`an archive of mongodump`,
  openpgp: t`a file encrypted with OpenPGP`,
  age: t`a file encrypted with age`,
  openssl: t`a file encrypted with openssl`,
  lfs: t`a pointer of Git LFS, not the file itself`,
  zip: t`a zip file`,
  '7z': t`a 7z file`,
  baseBackup: t`a base backup of a whole server (pg_basebackup)`,
  tar: t`a tar archive`,
  base64: t`an archive in base64`,
  mysql: t`a dump of MySQL or MariaDB`,
  sqlOfServer: t`a plain SQL dump of a whole server`,
  sqlDump: t`a plain SQL dump`,
  webPage: t`a web page`,
  json: t`JSON text`,
  sql: t`SQL text`,
  folder: t`a folder without a toc.dat, which pg_dump puts into every one of its directory format`,
  directory: t`a directory archive, or its toc.dat: the rows are in the files beside it`,
  // eslint-disable-next-line no-restricted-syntax -- an option of pg_dump
  inserts: t`an archive made with --inserts: its rows are statements, which are not proven`,
  wide: t`text of two bytes a sign (UTF-16)`,
  sqlOfNothing: t`SQL that makes nothing in any database`,
  tarOfSeveral: t`a tar of several dumps`,
  tarWithoutToc: t`a tar without a toc.dat, which every dump that is several files has`,
  manyFiles: t`more than 4,000,000 files`,
  archive: t`an archive`,
  file: t`a file`,
});
