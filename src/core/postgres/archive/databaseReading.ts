/** What belongs to a database itself and not to anything in it, as an archive holds it (`pg_restore --create` would make it so). */
export interface DatabaseReading {
  readonly name: string;
  readonly owner: string;
  readonly encoding?: string;
  readonly locale?: DatabaseLocale;
  /** absent: the server's default */
  readonly tablespace?: string;
  /** -1: none */
  readonly connectionLimit: number;
  readonly isTemplate: boolean;
  readonly comment?: string;
  /** absent: the defaults of PostgreSQL */
  readonly acl?: readonly DatabaseGrant[];
  readonly settings: readonly DatabaseSetting[];
  /** kinds of entries about the database that hold something else than what is read here */
  readonly unread?: readonly string[];
}

/** How text is sorted and changed to upper case. The version of the provider's data is the server's own matter. */
export interface DatabaseLocale {
  /** 'c' libc, 'i' icu, 'b' builtin */
  readonly provider: 'c' | 'i' | 'b';
  readonly collate: string;
  readonly ctype: string;
  /** the provider's own, where it is not libc */
  readonly locale?: string;
  readonly icuRules?: string;
}

export interface DatabaseGrant {
  /** absent: PUBLIC */
  readonly grantee?: string;
  readonly privilege: DatabasePrivilege;
  readonly grantable: boolean;
  /** absent: the database's owner */
  readonly grantor?: string;
}

export type DatabasePrivilege = 'CONNECT' | 'CREATE' | 'TEMPORARY';

/** ALTER DATABASE … SET, or ALTER ROLE … IN DATABASE … SET. */
export interface DatabaseSetting {
  readonly role?: string;
  readonly name: string;
  /** one, or the elements of a list such as `search_path` */
  readonly values: readonly string[];
}

/** What CREATE DATABASE grants: everything to the owner, to PUBLIC to connect and to make temporary tables. */
export function defaultAcl(owner: string): DatabaseGrant[] {
  return [
    ...(['CONNECT', 'CREATE', 'TEMPORARY'] as const).map((privilege) => grantTo(owner, privilege)),
    ...(['CONNECT', 'TEMPORARY'] as const).map((privilege) => ({ privilege, grantable: false })),
  ];
}

/** In one order, and absent where it is the default: equal rights are equal lists. */
export function normalAcl(acl: readonly DatabaseGrant[], owner: string): readonly DatabaseGrant[] | undefined {
  const sorted = inOrder(acl);
  return JSON.stringify(sorted) === JSON.stringify(inOrder(defaultAcl(owner))) ? undefined : sorted;
}

/** The roles that a database names itself: its owner, who was granted something on it and by whom, whose settings it holds; sorted. */
export function rolesOfDatabase(
  { owner, acl = [], settings }: DatabaseReading,
  wanted: { readonly owner?: boolean; readonly grants?: boolean } = {},
): string[] {
  const granted = wanted.grants === false ? [] : acl.flatMap(({ grantee, grantor }) => [grantee, grantor]);
  const named = [...granted, ...settings.map(({ role }) => role)].filter((role) => role !== owner);
  const all = wanted.owner === false ? named : [owner, ...named];
  return [...new Set(all.filter((role) => role !== undefined && role !== ''))].sort() as string[];
}

/** Every role that an archive names: what is in the database, and the database itself. Sorted. */
export function allRoles(reading: {
  readonly roles: readonly string[];
  readonly database?: DatabaseReading;
}): string[] {
  const own = reading.database === undefined ? [] : rolesOfDatabase(reading.database);
  return [...new Set([...reading.roles, ...own])].sort();
}

function grantTo(grantee: string, privilege: DatabasePrivilege): DatabaseGrant {
  return { grantee, privilege, grantable: false };
}

function inOrder(acl: readonly DatabaseGrant[]): DatabaseGrant[] {
  const lines = new Map<string, DatabaseGrant>();
  for (const { grantee, privilege, grantable, grantor } of acl) {
    const one: DatabaseGrant = {
      ...(grantee === undefined ? {} : { grantee }),
      privilege,
      grantable,
      ...(grantor === undefined ? {} : { grantor }),
    };
    lines.set(JSON.stringify([grantee ?? null, privilege, grantor ?? null, grantable]), one);
  }
  return [...lines].sort(([left], [right]) => (left < right ? -1 : 1)).map(([, one]) => one);
}
