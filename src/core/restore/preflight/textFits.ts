import { isAscii } from 'node:buffer';
import { openArchive } from '../../catalog/catalog';
import type { BackupEntry } from '../../catalog/manifest';
import type { Finding } from '../../base/finding';
import { query } from '../../pod/server/sql';
import { inspectArchive } from '../../postgres/archive/format/inspectArchive';
import { readArchive } from '../../postgres/archive/format/readArchive';
import { charactersIn, charactersOf, isTextIn } from '../../postgres/archive/format/textOf';
import { quoteLiteral } from '../../postgres/sql/quote';
import type { Workplace } from '../databaseRow';

/**
 * Whether the database's encoding can hold the archive's text. From SQL_ASCII the server takes every byte unseen, and whoever reads such a row later
 * gets an error: the bytes are looked at here. Between others it converts, and says in the middle of a restore what it cannot: it is asked
 * for each character before. Reads the archive once more, twice where something does not fit. Blocks with tables and rows. Throws what reading throws, `exec.*`.
 */
export async function aboutText(
  server: Workplace,
  backup: BackupEntry,
  { from, to }: { readonly from: string; readonly to: string },
  signal: AbortSignal,
): Promise<Finding[]> {
  if (from === to || to === 'SQL_ASCII') return [];
  const data = { archive: from, target: to };
  if (from === 'SQL_ASCII') {
    const fits = isTextIn(to);
    return unreadable(await countRows(backup, (row) => !fits(row), signal), data);
  }
  const length = charactersOf(from);
  if (!(await converts(server, from, to, signal)) || length === undefined) {
    return [{ level: 'block', code: 'encoding.noConversion', data }];
  }
  const seen = new Set<string>();
  await eachRow(
    backup,
    (_, row) => {
      if (!isAscii(row)) for (const character of charactersIn(row, length)) seen.add(character);
    },
    signal,
  );
  const refused = await refusedOf(server, [...seen], { from, to }, signal);
  if (refused.size === 0) return [];
  const hasOne = (row: Buffer): boolean => {
    for (const character of charactersIn(row, length)) if (refused.has(character)) return true;
    return false;
  };
  return unreadable(await countRows(backup, hasOne, signal), data);
}

function unreadable(
  tables: ReadonlyMap<string, number>,
  data: { readonly archive: string; readonly target: string },
): Finding[] {
  if (tables.size === 0) return [];
  const listed = Array.from(tables, ([table, rows]) => ({ table, rows }));
  const more = { tables: listed.slice(0, 20), count: listed.length };
  return [{ level: 'block', code: 'encoding.unreadable', data: { ...data, ...more } }];
}

/** Rows beyond ASCII that are so, by table. */
async function countRows(
  backup: BackupEntry,
  isSo: (row: Buffer) => boolean,
  signal: AbortSignal,
): Promise<Map<string, number>> {
  const found = new Map<number, number>();
  await eachRow(
    backup,
    (dumpId, row) => {
      if (!isAscii(row) && isSo(row)) found.set(dumpId, (found.get(dumpId) ?? 0) + 1);
    },
    signal,
  );
  if (found.size === 0) return new Map();
  const { tables } = await inspectArchive(await openArchive(backup), { signal });
  const names = new Map(tables.map(({ dumpId, schema, name }) => [dumpId, `${schema}.${name}`]));
  return new Map(Array.from(found, ([dumpId, rows]) => [names.get(dumpId) ?? '?', rows]));
}

/** Each row once, without its newline; in every encoding of databases a newline is that byte and nothing else. */
async function eachRow(
  backup: BackupEntry,
  take: (dumpId: number, row: Buffer) => void,
  signal: AbortSignal,
): Promise<void> {
  let table = 0;
  let begun: Buffer[] = [];
  const tap = {
    table: (dumpId: number): void => {
      table = dumpId;
      begun = [];
    },
    text: (piece: Buffer): undefined => {
      let start = 0;
      for (let end = piece.indexOf(10); end >= 0; end = piece.indexOf(10, start)) {
        const rest = piece.subarray(start, end);
        take(table, begun.length === 0 ? rest : Buffer.concat([...begun, rest]));
        begun = [];
        start = end + 1;
      }
      if (start < piece.length) begun.push(piece.subarray(start));
      return undefined;
    },
  };
  const archive = await openArchive(backup);
  await readArchive(archive.read({ piece: 1 << 18 }), { signal, tap });
}

async function converts(server: Workplace, from: string, to: string, signal: AbortSignal): Promise<boolean> {
  const code = (name: string): string => `pg_char_to_encoding(${quoteLiteral(name)})`;
  const sql = `select to_json(exists (select from pg_conversion where condefault
    and conforencoding = ${code(from)} and contoencoding = ${code(to)}))`;
  const [found] = await query<boolean>(server, server.from, sql, { signal });
  return found ?? false;
}

/** Those of the characters that the server cannot convert. */
async function refusedOf(
  server: Workplace,
  characters: readonly string[],
  { from, to }: { readonly from: string; readonly to: string },
  signal: AbortSignal,
): Promise<ReadonlySet<string>> {
  const refused = new Set<string>();
  for (let at = 0; at < characters.length; at += atOnce) {
    const list = characters.slice(at, at + atOnce).join(' ');
    const sql = `do $ferry$ declare one text; refused text := ''; begin
  foreach one in array string_to_array('${list}', ' ') loop
    begin perform convert(decode(one, 'hex'), ${quoteLiteral(from)}, ${quoteLiteral(to)});
    exception when others then refused := refused || ' ' || one; end;
  end loop;
  perform set_config('db_ferry.refused', refused, false);
end $ferry$;
select to_json(current_setting('db_ferry.refused'));`;
    const [answer = ''] = await query<string>(server, server.from, sql, { signal });
    for (const one of answer.split(' ')) if (one !== '') refused.add(one);
  }
  return refused;
}

const atOnce = 5000;
