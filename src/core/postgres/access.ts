/** How a client tool reaches the server inside the pod, found by the probe. Holds the *place* of a password, never one. */
export interface Access {
  /** folder of pg_dump, psql, pg_restore; '' when they are on PATH */
  readonly bin: string;
  readonly user: string;
  /** socket folder or host; undefined: the tools' default */
  readonly host?: string;
  readonly port?: number;
  /** where the password is read from *inside* the pod */
  readonly password?: { readonly env: string } | { readonly fileEnv: string };
}

/** A client tool's version: `{ text: '16.3', major: 16 }`. */
export interface ToolVersion {
  readonly text: string;
  readonly major: number;
}

/** The settings every dump runs with, so that two archives can be compared (they are part of the manifest). */
export const pinnedSettings = {
  PGTZ: 'UTC',
  PGOPTIONS: '-c bytea_output=hex -c xmlbinary=base64 -c lc_monetary=C',
} as const;

/**
 * The argv that runs `tool` with `args` in the pod: connection by environment, messages in English, never asks for a
 * password. A password is read by a small `sh` inside the pod from its own environment or file.
 */
export function toolCommand(
  access: Access,
  tool: 'psql' | 'pg_dump' | 'pg_restore' | 'pg_dumpall',
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): string[] {
  const program = access.bin === '' ? tool : `${access.bin}/${tool}`;
  const settings: Record<string, string> = {
    LC_ALL: 'C',
    PGUSER: access.user,
    PGCONNECT_TIMEOUT: '10',
    // an address in the container's own environment would win over the host and lead out of the pod
    ...(access.host === undefined ? {} : { PGHOST: access.host, PGHOSTADDR: '' }),
    ...(access.port === undefined ? {} : { PGPORT: String(access.port) }),
    ...env,
  };
  const withEnv = ['env', ...Object.entries(settings).map(([name, value]) => `${name}=${value}`), program, ...args];
  if (access.password === undefined) return withEnv;
  const script =
    'env' in access.password
      ? 'eval "PGPASSWORD=\\$$1"; export PGPASSWORD; shift; exec "$@"'
      : 'eval "f=\\$$1"; PGPASSWORD=$(cat "$f"); export PGPASSWORD; shift; exec "$@"';
  const name = 'env' in access.password ? access.password.env : access.password.fileEnv;
  return ['sh', '-c', script, 'with-password', name, ...withEnv];
}
