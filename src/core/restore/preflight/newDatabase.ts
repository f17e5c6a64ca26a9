import type { Left } from '../../base/findingData';
import { AppError } from '../../base/errors';
import { query } from '../../pod/server/sql';
import { grantText, localeText, settingText } from '../../postgres/archive/compare/compareDatabase';
import { normalAcl, type DatabaseGrant, type DatabaseReading } from '../../postgres/archive/databaseReading';
import { quoteLiteral } from '../../postgres/sql/quote';
import type { Workplace } from '../databaseRow';
import { readMark } from '../side/sideDatabase';

/** What a server says of what a new database is to get. */
export interface NewDatabaseFacts {
  /** context of each setting in `pg_settings`; those it does not know are absent */
  readonly contexts: Readonly<Record<string, string>>;
  readonly superusers: readonly string[];
  /** tablespaces that our role may create in */
  readonly tablespaces: readonly string[];
  /** whether the libc of the server has the two names of the locale, and the server its provider */
  readonly hasLocale: boolean;
}

/** What a new database becomes. */
export interface NewDatabase {
  /** what was backed up, with roles as they are called here: what the result is compared with */
  readonly asBackedUp: DatabaseReading;
  /** what of it will be made */
  readonly wanted: DatabaseReading;
  readonly left: readonly Left[];
}

export interface NewDatabaseInput {
  readonly own: DatabaseReading;
  readonly facts: NewDatabaseFacts;
  readonly role: { readonly name: string; readonly superuser: boolean };
  /** roles that are there or will be, as they are called here */
  readonly present: ReadonlySet<string>;
  /** role of the archive to role of the target */
  readonly mapRoles: Readonly<Record<string, string>>;
  /** roles to whom ours may give the database */
  readonly givable: ReadonlySet<string>;
  readonly noOwner: boolean;
  readonly noPrivileges?: boolean;
  readonly noTablespaces?: boolean;
  /** also what only a superuser may set, gives a right or runs code */
  readonly trustSettings: boolean;
}

/** Divides what was backed up into what a new database gets and what is left, with the reason. Pure. */
export function planNewDatabase(input: NewDatabaseInput): NewDatabase {
  const { facts, role, present, noOwner, noPrivileges = false } = input;
  // what is left out on purpose is no difference
  const own = input.noTablespaces ? withoutTablespace(input.own) : input.own;
  const asBackedUp = renamed({ ...input, own });
  const left: Left[] = [];
  const owner = noOwner || mayOwn(input, asBackedUp.owner, left) ? asBackedUp.owner : role.name;
  const acl = asBackedUp.acl
    ?.map((grant) => (grant.grantee === asBackedUp.owner ? { ...grant, grantee: owner } : grant))
    .filter((grant) => !noPrivileges && mayGrant(grant, input, left, owner));
  const granted =
    acl === undefined || noPrivileges ? undefined : normalAcl(withoutGrantors(acl, role.superuser), owner);
  const settings = asBackedUp.settings.filter((setting) => {
    const why = whyNotSet(setting, input);
    if (why !== undefined) left.push({ what: 'setting', name: settingText(setting), why });
    return why === undefined;
  });
  if (own.locale && !facts.hasLocale) left.push({ what: 'locale', name: localeText(own.locale), why: 'unknown' });
  const { tablespace, comment } = own;
  const hasSpace = tablespace !== undefined && facts.tablespaces.includes(tablespace);
  if (tablespace !== undefined && !hasSpace) left.push({ what: 'tablespace', name: tablespace, why: 'unknown' });
  // a comment that looks like a mark of ours would make it one of those that we drop
  const isMark = readMark(comment) !== undefined;
  if (isMark) left.push({ what: 'comment', name: own.name, why: 'mark' });
  for (const kind of own.unread ?? []) left.push({ what: 'other', name: kind, why: 'unread' });
  return {
    asBackedUp: noPrivileges ? withoutAcl(asBackedUp) : asBackedUp,
    wanted: {
      ...{ name: own.name, owner, settings, connectionLimit: own.connectionLimit, isTemplate: own.isTemplate },
      ...(own.encoding === undefined ? {} : { encoding: own.encoding }),
      ...(own.locale && facts.hasLocale ? { locale: own.locale } : {}),
      ...(hasSpace ? { tablespace } : {}),
      ...(comment === undefined || isMark ? {} : { comment }),
      ...(granted === undefined ? {} : { acl: granted }),
    },
    left,
  };

  function mayOwn({ givable }: NewDatabaseInput, name: string, leftOut: Left[]): boolean {
    const why = !present.has(name) ? 'role' : !role.superuser && !givable.has(name) ? 'superuser' : undefined;
    if (why !== undefined) leftOut.push({ what: 'owner', name, why });
    return why === undefined;
  }
}

function mayGrant(grant: DatabaseGrant, { present, role }: NewDatabaseInput, left: Left[], owner: string): boolean {
  const name = grantText(grant, owner);
  const missing = [grant.grantee, grant.grantor].some((one) => one !== undefined && one !== owner && !present.has(one));
  if (missing) left.push({ what: 'grant', name, why: 'role' });
  // it is granted all the same, by us
  else if (grant.grantor !== undefined && !role.superuser) left.push({ what: 'grant', name, why: 'superuser' });
  return !missing;
}

function withoutGrantors(acl: readonly DatabaseGrant[], superuser: boolean): DatabaseGrant[] {
  if (superuser) return [...acl];
  return acl.map(({ grantee, privilege, grantable }) => ({
    ...(grantee === undefined ? {} : { grantee }),
    ...{ privilege, grantable },
  }));
}

function withoutTablespace(own: DatabaseReading): DatabaseReading {
  const copy: { -readonly [Key in keyof DatabaseReading]: DatabaseReading[Key] } = { ...own };
  delete copy.tablespace;
  return copy;
}

function withoutAcl(own: DatabaseReading): DatabaseReading {
  const copy: { -readonly [Key in keyof DatabaseReading]: DatabaseReading[Key] } = { ...own };
  delete copy.acl;
  return copy;
}

/**
 * Parameters that every user may set for themselves are set. What only a superuser may set, and names that the server does not know and a
 * library may come to know, would be set with our role's rights in the name of whoever wrote the archive: only where that was asked for.
 */
function whyNotSet(
  { role: ofRole, name }: DatabaseReading['settings'][number],
  { facts, role, present, trustSettings }: NewDatabaseInput,
): Left['why'] | undefined {
  if (ofRole !== undefined && !present.has(ofRole)) return 'role';
  const known = Object.entries(facts.contexts).find(([one]) => one.toLowerCase() === name.toLowerCase())?.[1];
  const isRight = givesRights.has(name.toLowerCase());
  // what changes who one is stands in no list of the server's
  if (!isRight && known === undefined && !name.includes('.')) return 'unknown';
  if (!isRight && known !== undefined && !['user', 'superuser'].includes(known)) return 'unknown';
  const ofSuperuser = ofRole !== undefined && facts.superusers.includes(ofRole);
  const isOrdinary = known === 'user' && !isRight && !ofSuperuser;
  if (isOrdinary) return undefined;
  if (!role.superuser) return 'superuser';
  return trustSettings ? undefined : 'trust';
}

/** Anybody may set them for a session, and for a database they change who one is, what is loaded, or what others are given. */
const givesRights = new Set(['role', 'session_authorization', 'local_preload_libraries', 'createrole_self_grant']);

/** Roles as they are called here; without owners it is ours, and what was the owner's is ours, too. */
function renamed({ own, mapRoles, noOwner, role }: NewDatabaseInput): DatabaseReading {
  const here = (name: string): string => (Object.hasOwn(mapRoles, name) ? (mapRoles[name] ?? name) : name);
  const owner = noOwner ? role.name : here(own.owner);
  const grantee = (name: string): string => (name === own.owner ? owner : here(name));
  const acl = own.acl?.map(({ grantee: to, grantor: by, ...grant }) => ({
    ...grant,
    ...(to === undefined ? {} : { grantee: grantee(to) }),
    ...(by === undefined || grantee(by) === owner ? {} : { grantor: here(by) }),
  }));
  const granted = acl === undefined ? undefined : normalAcl(acl, owner);
  return {
    ...withoutAcl(own),
    owner,
    ...(granted === undefined ? {} : { acl: granted }),
    settings: own.settings.map((one) => (one.role === undefined ? one : { ...one, role: here(one.role) })),
  };
}

/** Asks the server what it has of what the database wants. Changes nothing. Throws `exec.*`. */
export async function askForNew(
  server: Workplace,
  own: DatabaseReading,
  signal: AbortSignal,
): Promise<NewDatabaseFacts> {
  const [facts] = await query<NewDatabaseFacts>(server, server.from, newDatabaseSql(own), { signal });
  if (!facts) throw new AppError('internal', { message: 'the server gave no answer' });
  return facts;
}

/**
 * Whether a locale is there shows without making anything: a session may take the locale of its money from libc, where the server finds it. The
 * names of the archive stand in literals.
 */
function newDatabaseSql({ locale, settings }: DatabaseReading): string {
  const names = settings.map(({ name }) => quoteLiteral(name.toLowerCase())).join(', ') || `''`;
  const locales = locale === undefined ? [] : [...new Set([locale.collate, locale.ctype])];
  const tries = locales.map((name) => `perform set_config('lc_monetary', ${quoteLiteral(name)}, true);`).join(' ');
  const provider =
    locale?.provider === 'i'
      ? `exists (select from pg_collation where collprovider = 'i')`
      : locale?.provider === 'b'
        ? `current_setting('server_version_num')::int >= 170000`
        : 'true';
  return `do $ferry$ begin
  begin ${tries} perform set_config('db_ferry.locale', 't', false); exception when others then perform set_config('db_ferry.locale', 'f', false); end;
end $ferry$;
select json_build_object(
  'contexts', (select coalesce(json_object_agg(name, context), '{}') from pg_settings where lower(name) in (${names})),
  'superusers', (select coalesce(json_agg(rolname), '[]') from pg_roles where rolsuper),
  'tablespaces', (select coalesce(json_agg(spcname), '[]') from pg_tablespace where has_tablespace_privilege(oid, 'create')),
  'hasLocale', current_setting('db_ferry.locale') = 't' and ${provider});`;
}
