import { sessionOptions, sessionSettings, type SessionOf, type Settings } from './session';

/** How a client tool reaches the server inside the pod, found by the probe. Holds the *place* of a password, never one. */
export interface Access extends SessionOf {
  /** folder of pg_dump, psql, pg_restore; '' when they are on PATH */
  readonly bin: string;
  readonly user: string;
  /** socket folder or host; undefined: the tools' default */
  readonly host?: string;
  readonly port?: number;
  /** where the password is read from *inside* the pod; `stdin`: the first line of what the command is fed */
  readonly password?: { readonly env: string } | { readonly fileEnv: string } | { readonly stdin: true };
}

/** A client tool's version: `{ text: '16.3', major: 16 }`. */
export interface ToolVersion {
  readonly text: string;
  readonly major: number;
}

/** A client tool of the pod. */
export type Tool = 'psql' | 'pg_dump' | 'pg_restore' | 'pg_dumpall';

/** Variables of a tool's environment; the settings of its session are not among them. */
export type ToolEnvironment = Readonly<Record<string, string>> & { readonly PGOPTIONS?: never };

/**
 * The argv that runs `tool` with `args` in the pod: connection by environment, messages in English, never asks for a
 * password. A password is read by a small `sh` inside the pod from its own environment or file.
 *
 * Every session begins here, with the settings of `sessionSettings` and, of this one, `settings`; what the container's environment would have
 * it do otherwise is taken away.
 */
export function toolCommand(
  access: Access,
  tool: Tool,
  args: readonly string[],
  env: ToolEnvironment = {},
  settings: Settings = {},
): string[] {
  const program = access.bin === '' ? tool : `${access.bin}/${tool}`;
  const variables: Record<string, string> = {
    LC_ALL: 'C',
    PG_COLOR: 'never',
    PGUSER: access.user,
    PGCONNECT_TIMEOUT: '10',
    ...(access.host === undefined ? {} : { PGHOST: access.host }),
    ...(access.port === undefined ? {} : { PGPORT: String(access.port) }),
    ...env,
    PGOPTIONS: sessionOptions(sessionSettings(access, tool === 'pg_restore' ? 'write' : 'read', settings)),
  };
  const withEnv = [
    'env',
    ...foreign.filter((name) => !Object.hasOwn(variables, name)).flatMap((name) => ['-u', name]),
    ...Object.entries(variables).map(([name, value]) => `${name}=${value}`),
    program,
    ...(tool === 'psql' ? ['-X'] : []),
    ...args,
  ];
  if (access.password === undefined) return withEnv;
  if ('stdin' in access.password) return passwordFirst(withEnv);
  const script =
    'env' in access.password
      ? 'eval "PGPASSWORD=\\$$1"; export PGPASSWORD; shift; exec "$@"'
      : 'eval "f=\\$$1"; PGPASSWORD=$(cat "$f"); export PGPASSWORD; shift; exec "$@"';
  const name = 'env' in access.password ? access.password.env : access.password.fileEnv;
  return ['sh', '-c', script, 'with-password', name, ...withEnv];
}

/** The argv that takes the first line of its stdin for the password of the session that `argv` begins. `read` takes a byte at a time: what follows the line is the command's. */
export function passwordFirst(argv: readonly string[]): string[] {
  return ['sh', '-c', 'IFS= read -r PGPASSWORD || exit 1; export PGPASSWORD; exec "$@"', 'with-password', ...argv];
}

/**
 * What a container's environment may say to a client tool and we do not want to hear: another server, another way to talk, another file to begin with.
 * An address in it would win over the host and lead out of the pod.
 */
export const foreign: readonly string[] = [
  ...['PGHOSTADDR', 'PGSERVICE', 'PGSERVICEFILE', 'PGDATABASE', 'PGTARGETSESSIONATTRS', 'PGLOADBALANCEHOSTS'],
  ...['PGCLIENTENCODING', 'PGDATESTYLE', 'PGTZ', 'PGGEQO', 'PGAPPNAME', 'PG_COLORS'],
  ...['PSQLRC', 'PSQL_HISTORY', 'PSQL_PAGER', 'PAGER', 'PSQL_WATCH_PAGER'],
];
