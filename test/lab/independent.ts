import type { Client } from 'pg';
import { factQueries, ownershipQueries, publicationQuery, sequencesQuery, tablesQuery } from './catalogFacts';

/** What a database holds, found out by SQL and md5 alone: none of the product's code. Keys sort, values compare. */
export type Fingerprint = ReadonlyMap<string, string>;

export interface FingerprintOptions {
  /** owners and grants; default true */
  readonly owners?: boolean;
  /** publications; default false: a restore leaves them out on purpose */
  readonly publications?: boolean;
  /** rows of unlogged tables; default true, except on a standby, which has none */
  readonly unlogged?: boolean;
}

/**
 * Rows (count, and a sum of md5 over the columns by name, so that neither the order of rows nor of columns counts and two
 * equal rows do not cancel), sequences, large objects, and every kind of definition, in one snapshot. Text is hashed as
 * UTF-8 whatever the database's encoding. Wordings that a major version chooses (views, rules) are kept apart.
 */
export async function fingerprint(client: Client, options: FingerprintOptions = {}): Promise<Fingerprint> {
  await client.query('begin isolation level repeatable read, read only');
  try {
    await client.query(pinned);
    // such a server checks what it sends, and its text need not be UTF-8
    if (await isWithoutEncoding(client)) await client.query(`set local client_encoding = 'SQL_ASCII'`);
    return await collect(client, options);
  } finally {
    await client.query('rollback').catch(() => undefined);
  }
}

/** The lines in which two databases differ; empty when they are the same. Wordings count within one major version only. */
export function compareFingerprints(left: Fingerprint, right: Fingerprint): string[] {
  const isSameMajor = left.get(majorKey) === right.get(majorKey);
  const keys = [...new Set([...left.keys(), ...right.keys()])]
    .filter((key) => key !== majorKey && (isSameMajor || !key.startsWith('wording ')))
    .sort();
  return keys
    .filter((key) => left.get(key) !== right.get(key))
    .map((key) => `${key}: ${left.get(key) ?? '—'} ≠ ${right.get(key) ?? '—'}`);
}

const majorKey = 'server major';

const pinned = `set local client_encoding = 'UTF8'; set local timezone = 'UTC'; set local datestyle = 'ISO, YMD';
  set local intervalstyle = 'postgres'; set local bytea_output = 'hex'; set local extra_float_digits = 3;
  set local xmlbinary = 'base64'; set local lc_monetary = 'C'; set local search_path = ''; set local row_security = off;
  set local statement_timeout = 0`;

interface Fact {
  readonly key: string;
  readonly value: string | null;
}

async function collect(client: Client, options: FingerprintOptions): Promise<Fingerprint> {
  const found = new Map<string, string>();
  const { rows } = await client.query<{ major: string; standby: boolean }>(
    `select current_setting('server_version_num')::int / 10000 as major, pg_catalog.pg_is_in_recovery() as standby`,
  );
  found.set(majorKey, String(rows[0]?.major));
  await addRows(client, found, options.unlogged !== false && rows[0]?.standby !== true);
  const sequences = await client.query<{ sql: string | null }>(sequencesQuery);
  const queries = [
    ...factQueries,
    ...sequences.rows.flatMap(({ sql }) => sql ?? []),
    ...(options.owners === false ? [] : ownershipQueries),
    ...(options.publications === true ? [publicationQuery] : []),
  ];
  for (const sql of queries) {
    const facts = await client.query<Fact>(`select * from (${sql}) fact order by 1, 2`);
    for (const { key, value } of facts.rows) {
      const before = found.get(key);
      found.set(key, before === undefined ? (value ?? '') : `${before} | ${value ?? ''}`);
    }
  }
  return found;
}

async function isWithoutEncoding(client: Client): Promise<boolean> {
  const { rows } = await client.query<{ encoding: string }>(`select current_setting('server_encoding') as encoding`);
  return rows[0]?.encoding === 'SQL_ASCII';
}

/** The same where names are bytes, which no client could send back: the server makes the statements itself. */
async function addRowsOfBytes(client: Client, found: Map<string, string>, unlogged: boolean): Promise<void> {
  const sql = `select name, query_to_xml(format('select count(*) as n, coalesce(sum((''x'' || substr(md5(convert_to(%s, ''SQL_ASCII'')), 1, 15))::bit(60)::bigint::numeric), 0) as sum from only %s t',
      coalesce('row(' || columns || ')::text', '''none'''), relation), true, false, '')::text as said
    from (${tablesQuery}) t where $1 or persistence <> 'u'`;
  const tables = await client.query<{ name: string; said: string }>(sql, [unlogged]);
  for (const { name, said } of tables.rows) {
    const value = (tag: string): string => new RegExp(`<${tag}>(\\d+)</${tag}>`).exec(said)?.[1] ?? '';
    found.set(`rows ${name}`, `${value('n')} ${value('sum')}`);
  }
}

async function addRows(client: Client, found: Map<string, string>, unlogged: boolean): Promise<void> {
  if (await isWithoutEncoding(client)) return addRowsOfBytes(client, found, unlogged);
  const tables = await client.query<{ name: string; persistence: string; relation: string; columns: string | null }>(
    tablesQuery,
  );
  for (const { name, persistence, relation, columns } of tables.rows) {
    if (persistence === 'u' && !unlogged) continue;
    const text = columns === null ? `'none'` : `row(${columns})::text`;
    const { rows } = await client.query<{ n: string; sum: string }>(
      `select count(*) as n, coalesce(sum(('x' || substr(md5(convert_to(${text}, 'UTF8')), 1, 15))::bit(60)::bigint::numeric), 0) as sum
       from only ${relation} t`,
    );
    found.set(`rows ${name}`, `${rows[0]?.n ?? ''} ${rows[0]?.sum ?? ''}`);
  }
}
