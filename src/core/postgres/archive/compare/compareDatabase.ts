import {
  defaultAcl,
  type DatabaseGrant,
  type DatabaseLocale,
  type DatabaseReading,
  type DatabaseSetting,
} from '../databaseReading';
import type { Difference } from '../reading';

/** One thing about the databases themselves that differs. */
export type PropertyDifference = Extract<Difference, { readonly kind: 'property' }>;

/**
 * Compares what belongs to two databases themselves: owner, encoding, locale, tablespace, limit, comment, grants, settings. The names of the databases
 * are not compared. `owners: false` leaves out who owns them. Values of settings are in no difference: they may be secrets.
 */
export function compareOwn(
  left: DatabaseReading,
  right: DatabaseReading,
  { owners = true }: { readonly owners?: boolean } = {},
): PropertyDifference[] {
  const found: PropertyDifference[] = [];
  const plain = (what: PropertyDifference['what'], a: string | undefined, b: string | undefined): void => {
    if (a === b) return;
    const sides = { ...(a === undefined ? {} : { left: a }), ...(b === undefined ? {} : { right: b }) };
    found.push({ kind: 'property', what, change: changeOf(a, b), ...sides });
  };
  if (owners) plain('owner', left.owner, right.owner);
  if (left.encoding !== undefined && right.encoding !== undefined) plain('encoding', left.encoding, right.encoding);
  if (left.locale && right.locale && !sameLocale(left.locale, right.locale)) {
    plain('locale', localeText(left.locale), localeText(right.locale));
  }
  plain('tablespace', left.tablespace ?? 'pg_default', right.tablespace ?? 'pg_default');
  plain('connection limit', String(left.connectionLimit), String(right.connectionLimit));
  plain('template', String(left.isTemplate), String(right.isTemplate));
  plain('comment', left.comment, right.comment);
  found.push(...compareMaps('grant', grantsOf(left), grantsOf(right)));
  found.push(...compareMaps('setting', settingsOf(left), settingsOf(right)));
  found.push(
    ...compareMaps(
      'other',
      new Map(left.unread?.map((one) => [one, ''])),
      new Map(right.unread?.map((one) => [one, ''])),
    ),
  );
  return found;
}

/** True where text is sorted and changed in the same way, whatever the spelling: `en_US.UTF-8` is `en_US.utf8`, `de_DE` is `de-DE`. */
export function sameLocale(left: DatabaseLocale, right: DatabaseLocale): boolean {
  const key = ({ provider, collate, ctype, locale, icuRules }: DatabaseLocale): string =>
    JSON.stringify([provider, spelt(collate), spelt(ctype), provider === 'c' ? null : tag(locale), icuRules ?? null]);
  return key(left) === key(right);
}

/** The same in words: `libc C.UTF-8`, `icu de-DE, libc de_DE.UTF-8`. */
export function localeText({ provider, collate, ctype, locale, icuRules }: DatabaseLocale): string {
  const libc = collate === ctype ? collate : `${collate} and ${ctype}`;
  if (provider === 'c') return `libc ${libc}`;
  const rules = icuRules === undefined ? '' : ' with rules of its own';
  return `${provider === 'i' ? 'icu' : 'builtin'} ${locale ?? ''}${rules}, libc ${libc}`;
}

function spelt(locale: string): string {
  const [name = '', codeset] = locale.split('.', 2);
  return codeset === undefined
    ? name === 'POSIX'
      ? 'C'
      : name
    : `${name}.${codeset.toLowerCase().replaceAll('-', '')}`;
}

function tag(locale = ''): string {
  return locale.toLowerCase().replaceAll('_', '-');
}

function changeOf(left: string | undefined, right: string | undefined): PropertyDifference['change'] {
  if (left === undefined) return 'missing left';
  return right === undefined ? 'missing right' : 'changed';
}

function compareMaps(
  what: PropertyDifference['what'],
  left: ReadonlyMap<string, string>,
  right: ReadonlyMap<string, string>,
): PropertyDifference[] {
  const names = [...new Set([...left.keys(), ...right.keys()])].sort();
  return names.flatMap((name) => {
    const a = left.get(name);
    const b = right.get(name);
    return a === b ? [] : [{ kind: 'property' as const, what, name, change: changeOf(a, b) }];
  });
}

/** What the owner may by default is its own matter; with another owner it is the same right. */
function grantsOf({ owner, acl = defaultAcl(owner) }: DatabaseReading): Map<string, string> {
  const grants = new Map<string, string>();
  for (const grant of acl) {
    const name = grantText(grant, owner);
    grants.set(name, `${grants.get(name) ?? ''}${grant.grantable ? 'with grant option' : 'plain'} `);
  }
  return grants;
}

/** `CONNECT to reader`; the owner is called that, whoever it is. */
export function grantText({ grantee, privilege, grantor }: DatabaseGrant, owner: string): string {
  const to = grantee === undefined ? 'PUBLIC' : grantee === owner ? 'the owner' : grantee;
  return `${privilege} to ${to}${grantor === undefined ? '' : ` by ${grantor}`}`;
}

function settingsOf({ settings }: DatabaseReading): Map<string, string> {
  return new Map(settings.map((setting) => [settingText(setting), JSON.stringify(setting.values)]));
}

/** `work_mem`, `statement_timeout of reader`: never its value. */
export function settingText({ role, name }: DatabaseSetting): string {
  return role === undefined ? name.toLowerCase() : `${name.toLowerCase()} of ${role}`;
}
