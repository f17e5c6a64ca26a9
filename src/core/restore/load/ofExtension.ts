import { quoteLiteral } from '../../postgres/sql/quote';

/**
 * A condition in SQL: whether what stands in a catalog under an oid is not an extension's own. That it is a member proves nothing: who owns an extension, as the role that loads an archive owns those that it made, puts into it what it
 * has. What its script made as a superuser is never the `loader`'s, and nobody can give away what they own to somebody else; so what the loader owns is no extension's.
 */
export function notOfExtension(catalog: string, oid: string, loader: string | undefined): string {
  const isOfLoader =
    loader === undefined
      ? 'false'
      : `exists (select from pg_shdepend s where s.dbid = (select oid from pg_database where datname = current_database()) and s.classid = d.classid and s.objid = d.objid
        and s.objsubid = 0 and s.refclassid = 'pg_authid'::regclass and s.deptype = 'o' and s.refobjid = (select oid from pg_roles where rolname = ${quoteLiteral(loader)}))`;
  return `not exists (select from pg_depend d where d.classid = '${catalog}'::regclass and d.objid = ${oid} and d.deptype = 'e' and not ${isOfLoader})`;
}
