import { execa } from 'execa';

/** KUBECTL names another one than that of the PATH. */
export const kubectlProgram = process.env['KUBECTL'] ?? 'kubectl';

/** A database pod of a real cluster, reached with kubectl: the independent way, none of the core's code. */
export class KubectlPod {
  constructor(
    readonly kubeconfig: string,
    readonly namespace: string,
    readonly pod: string,
    readonly user: string,
    /** the container of the server; without it, the first one */
    readonly container?: string,
  ) {}

  async exec(argv: readonly string[], input?: string): Promise<string> {
    const [program = '', ...args] = this.command(argv, '-i');
    const { stdout } = await execa(program, args, input === undefined ? { stdin: 'ignore' } : { input });
    return stdout;
  }

  /** What one would type to run argv in it. */
  command(argv: readonly string[], ...flags: readonly string[]): string[] {
    const container = this.container === undefined ? [] : ['-c', this.container];
    const place = ['--kubeconfig', this.kubeconfig, '-n', this.namespace];
    return [kubectlProgram, ...place, 'exec', ...flags, this.pod, ...container, '--', ...argv];
  }

  /** Deletes it where it is there, and waits until it is gone. */
  async remove(): Promise<void> {
    const pod = ['delete', 'pod', this.pod, '--ignore-not-found', '--grace-period=1'];
    await execa(kubectlProgram, ['--kubeconfig', this.kubeconfig, '-n', this.namespace, ...pod]);
  }

  async sql(database: string, script: string): Promise<string> {
    const argv = ['psql', '-XqAt', '-v', 'ON_ERROR_STOP=1', '-U', this.user, '-d', database, '-f', '-'];
    return this.exec(argv, `${script}\n`);
  }

  /**
   * Rows and an md5 sum of every table, columns by name, with sequences and large objects: a text that is equal
   * for equal databases. The hash is made by the server's SQL, not by the archive reader.
   */
  async fingerprint(database: string): Promise<string> {
    return this.sql(database, fingerprintScript);
  }

  /** What a job could leave behind on the server: sessions of ours, databases beside the live ones, and roles that were made for as long as it ran. */
  async leftovers(): Promise<string> {
    return this.sql(
      'template1',
      `select 'session ' || application_name from pg_stat_activity where application_name like 'db-ferry%'
       union all select 'database ' || datname from pg_database where datname ~ '__(restore|drill)_'
       union all select 'role ' || rolname from pg_roles where rolname ~ '^(db_ferry_|import_owner_)' order by 1;`,
    );
  }
}

const fingerprintScript = `
set timezone = 'UTC'; set datestyle = 'ISO, YMD'; set intervalstyle = 'postgres'; set bytea_output = 'hex'; set extra_float_digits = 3; set search_path = '';
select format('select %L, count(*), coalesce(sum((''x'' || substr(md5(row(%s)::text), 1, 15))::bit(60)::bigint::numeric), 0) from only %I.%I t;',
  n.nspname || '.' || c.relname,
  (select coalesce(string_agg('t.' || quote_ident(a.attname), ', ' order by a.attname), 'null') from pg_catalog.pg_attribute a
    where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped),
  n.nspname, c.relname)
from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where c.relkind in ('r', 'm') and c.relpersistence = 'p' and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
order by 1 \\gexec
select 'sequence', schemaname, sequencename, last_value from pg_catalog.pg_sequences order by 2, 3;
select 'large objects', count(*), coalesce(sum(('x' || substr(md5(oid || ':' || md5(pg_catalog.lo_get(oid))), 1, 15))::bit(60)::bigint::numeric), 0)
from pg_catalog.pg_largeobject_metadata;
`;
