import type { Left } from '../../base/findingData';
import { query, type SqlOptions } from '../../pod/server/sql';
import { compareOwn, type PropertyDifference } from '../../postgres/archive/compare/compareDatabase';
import type { ArchiveReading } from '../../postgres/archive/reading';
import { quoteLiteral } from '../../postgres/sql/quote';
import { readOwn } from './databaseFacts';
import type { DatabaseRow, Workplace } from '../databaseRow';
import type { NewDatabase } from '../preflight/newDatabase';
import { propertySteps, readProperties, type PropertyStep } from './properties';
import type { NewSide } from './sideDatabase';
import type { OwnSteps } from './swap';

/** What the side database of a new one is made with: what the database was, or where the archive does not say it, the archive's encoding. */
export function newSide({ header }: Pick<ArchiveReading, 'header'>, own: NewDatabase | undefined): NewSide {
  const encoding = own?.wanted.encoding ?? header.encoding;
  const { locale, tablespace } = own?.wanted ?? {};
  return {
    // archives may have encodings that no database can have
    encoding: clientOnly.has(encoding.toUpperCase()) ? 'UTF8' : encoding,
    ...(locale === undefined ? {} : { locale }),
    ...(tablespace === undefined ? {} : { tablespace }),
  };
}

const clientOnly = new Set(['SJIS', 'BIG5', 'GBK', 'UHC', 'GB18030', 'JOHAB', 'SHIFT_JIS_2004']);

/**
 * Tries on the side database, in a transaction that is rolled back, all that makes it what was backed up, each step for itself: what the server refuses is left out and
 * returned with its reason. Throws `exec.*`.
 */
export async function rehearseNew(
  server: Workplace,
  side: DatabaseRow,
  { wanted }: NewDatabase,
  options: SqlOptions,
): Promise<{ readonly own: OwnSteps; readonly left: readonly Left[] }> {
  const present = await readProperties(server, server.from, side.oid, options.signal);
  const { before, steps } = propertySteps(side.name, wanted, present);
  const refused = await tryEach(server, before, steps, options);
  const left = steps.flatMap(({ what, name = '' }, index): Left[] => {
    const reason = refused.get(index);
    return reason === undefined ? [] : [{ what, name, why: 'server', reason }];
  });
  const accepted = steps.filter((_, index) => !refused.has(index)).map(({ sql }) => sql);
  const { comment } = wanted;
  return { own: { statements: [...before, ...accepted], ...(comment === undefined ? {} : { comment }) }, left };
}

/** By the index of a step, the SQLSTATE and words with which the server refused it. */
async function tryEach(
  server: Workplace,
  before: readonly string[],
  steps: readonly PropertyStep[],
  options: SqlOptions,
): Promise<ReadonlyMap<number, string>> {
  const tried = steps.map(
    ({ sql }, index) => `  begin execute ${quoteLiteral(sql)}; exception when others then
    get stacked diagnostics said = message_text; refused := refused || jsonb_build_array(jsonb_build_array(${index}, said)); end;`,
  );
  const script = `set lock_timeout = '3s'; set statement_timeout = '60s';
begin;
${before.join('\n')}
do $ferry$ declare refused jsonb := '[]'; said text; begin
${tried.join('\n')}
  perform set_config('db_ferry.refused', refused::text, true);
end $ferry$;
select current_setting('db_ferry.refused')::json;
rollback;`;
  const [refused = []] = await query<[number, string][]>(server, server.from, script, options);
  return new Map(refused);
}

/** What of the new database itself is not as it was backed up. Throws `exec.*`. */
export async function compareNew(
  server: Workplace,
  database: string,
  { asBackedUp }: NewDatabase,
  noOwner: boolean,
): Promise<PropertyDifference[]> {
  const now = await readOwn(server, server.from, database);
  return now === undefined ? [] : compareOwn(asBackedUp, now, { owners: !noOwner });
}
