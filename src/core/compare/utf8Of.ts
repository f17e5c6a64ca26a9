import { isInCatalog, openArchive } from '../catalog/catalog';
import type { BackupEntry } from '../catalog/manifest';
import { query, type Server } from '../pod/server/sql';
import type { ByteTable } from '../postgres/archive/format/byteTable';
import { inspectArchive } from '../postgres/archive/format/inspectArchive';
import { charactersOf } from '../postgres/archive/format/textOf';
import { quoteLiteral } from '../postgres/sql/quote';

/**
 * How a backup's text is to be read beside a database of another encoding, which may hold what the backup's knows nothing of: in UTF-8, by the server's own
 * conversion. Undefined where the database can be read in the backup's encoding, or the backup's characters are more than bytes. Throws `exec.*`.
 */
export async function utf8Of(
  backup: BackupEntry,
  server: Server & { readonly database: string; readonly encoding: string },
  signal: AbortSignal,
): Promise<ByteTable | undefined> {
  const from = await encodingOf(backup, signal);
  if (from === server.encoding || [from, server.encoding].includes('SQL_ASCII') || from === 'UTF8') return undefined;
  // of one byte each, whatever they are
  if (charactersOf(from)?.(new Uint8Array([0xff, 0xff]), 0) !== 1) return undefined;
  const sql = `do $ferry$ declare found text := ''; begin
  for one in 128..255 loop
    begin found := found || encode(convert(decode(to_hex(one), 'hex'), ${quoteLiteral(from)}, 'UTF8'), 'hex');
    exception when others then null; end;
    found := found || ' ';
  end loop;
  perform set_config('db_ferry.found', found, false);
end $ferry$;
select to_json(current_setting('db_ferry.found'));`;
  const [answer = ''] = await query<string>(server, server.database, sql, { signal });
  const upper = answer.split(' ').slice(0, 128);
  return [...Array.from({ length: 128 }, () => undefined), ...upper.map(bytesOf)];
}

function bytesOf(hex: string): Buffer | undefined {
  return hex === '' ? undefined : Buffer.from(hex, 'hex');
}

async function encodingOf(backup: BackupEntry, signal: AbortSignal): Promise<string> {
  if (isInCatalog(backup)) return backup.manifest.archive.header.encoding;
  return (await inspectArchive(await openArchive(backup), { signal })).header.encoding;
}
