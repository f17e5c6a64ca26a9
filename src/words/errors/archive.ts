import type { ErrorData } from '../../core/base/errors';
import { fact, shown } from '../shown';
import type { Hints } from '../hints';
import type { ErrorTable } from './errorTable';
import { bytes } from './shared';
import { t } from '../language';

/** Words for the errors of archives. */
export const archiveErrors = {
  'archive.damaged': (data) => ({
    what: t`The archive is damaged at byte ${shown(data, 'offset')}.`,
    why: `${shown(data, 'reason')}${data['entry'] === undefined ? '' : t` (in ${shown(data, 'entry')})`}`,
    todo: t`Nothing was restored from it. Take another backup.`,
  }),
  'archive.foreign': (data, hints) => ({
    what: t`This is not an archive in the custom format of pg_dump.`,
    why: shown(data, 'reason'),
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
    what: t`A role that ${shown(data, 'entry')} belongs to, or that it names, has a name that is no text in the encoding of this database.`,
    why: t`Roles belong to the whole server, and this one was made in a database of another encoding. It is no damage, but no server takes that name back from this archive.`,
    todo: t`Give the role a name of plain letters (ALTER ROLE … RENAME TO …, in a database of the encoding it was made in), then take the backup again.`,
  }),
  'archive.limit': (data) => ({
    what: t`${limited(data)} (${shown(data, 'entry')}, at byte ${shown(data, 'offset')}).`,
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
