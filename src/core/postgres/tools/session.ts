import { quoteLiteral } from '../sql/quote';

/** Settings of a session by name. */
export type Settings = Readonly<Record<string, string>>;

/** What decides which settings a session may be given: one that the server does not know, or that the role may not set, would end the login. */
export interface SessionOf {
  /** server_version_num; absent: not known yet */
  readonly serverVersion?: number;
  /** the role that logs in is a superuser; absent: not known yet */
  readonly superuser?: boolean;
}

/** What the session is for: `read` prints what is compared or parsed, `write` makes what an archive says. */
export type Purpose = 'read' | 'write';

/**
 * The settings that every session of ours is born with. They go into `PGOPTIONS`: options of the connection win over what ALTER DATABASE and ALTER ROLE
 * SET say, and are there before the first statement, so that whoever owns the database or a name in it has no say in what our statements mean
 * (CVE-2018-1058) or in how long they may last. `more` are those of one kind of session; they win.
 */
export function sessionSettings(of: SessionOf, purpose: Purpose, more: Settings = {}): Settings {
  const { serverVersion = 0, superuser = false } = of;
  return {
    ...everywhere,
    ...(purpose === 'read' ? whatIsRead : {}),
    ...(serverVersion >= 140_000 ? { idle_session_timeout: '0' } : {}),
    ...(serverVersion >= 170_000 ? { transaction_timeout: '0' } : {}),
    ...(superuser ? ofSuperusers : {}),
    ...(superuser && serverVersion >= 170_000 ? { event_triggers: 'off' } : {}),
    ...more,
  };
}

/** The value of `PGOPTIONS` that gives a session these settings. */
export function sessionOptions(settings: Settings): string {
  return Object.entries(settings)
    .map(([name, value]) => `-c ${name}=${value.replaceAll(/[\\\s]/g, '\\$&')}`)
    .join(' ');
}

/**
 * The same as a statement, for a session in which an archive's own statements have run and may have set them otherwise. It means the same whatever
 * is on the path by then.
 */
export function settingStatement(settings: Settings): string {
  const calls = Object.entries(settings).map(
    ([name, value]) => `perform pg_catalog.set_config(${quoteLiteral(name)}, ${quoteLiteral(value)}, false);`,
  );
  return `do $ferry$ begin ${calls.join(' ')} end $ferry$;\n`;
}

/**
 * Known to every server since 9.5, and every role may set them. A function, an operator, a type or a cast of ours is the server's own: nothing else is on the
 * path, temporary tables come last on it. pg_dump and pg_restore empty the path by themselves.
 */
const everywhere: Settings = {
  search_path: 'pg_catalog,pg_temp',
  // ALTER DATABASE … SET role
  role: 'none',
  client_min_messages: 'warning',
  statement_timeout: '0',
  lock_timeout: '0',
  idle_in_transaction_session_timeout: '0',
  default_transaction_read_only: 'off',
  default_transaction_isolation: 'read committed',
  default_transaction_deferrable: 'off',
  exit_on_error: 'off',
  // a policy that would hide rows is an error, never fewer rows
  row_security: 'off',
  // what words a definition, and what a definition or a row is read by
  quote_all_identifiers: 'off',
  standard_conforming_strings: 'on',
  transform_null_equals: 'off',
  array_nulls: 'on',
  lc_monetary: 'C',
  IntervalStyle: 'postgres',
};

/** What two archives must share, so that they can be compared. A session that writes has the target's own: a materialised view is filled with them. */
const whatIsRead: Settings = {
  bytea_output: 'hex',
  xmlbinary: 'base64',
  DateStyle: 'ISO,MDY',
  TimeZone: 'UTC',
  extra_float_digits: '3',
};

/** Only a superuser may set them, and a superuser's role or the database may have them otherwise. */
const ofSuperusers: Settings = {
  lc_messages: 'C',
  session_replication_role: 'origin',
  // damaged pages are an error, never empty ones
  zero_damaged_pages: 'off',
  ignore_checksum_failure: 'off',
};
