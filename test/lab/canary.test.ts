import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { places, startLab, type Lab } from './lab';
import { podOf } from './pods';

const cli = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));

/** What must be read nowhere but where it was put, by what holds it. */
const canaries = {
  token: 'sha256~canary-of-a-token-71',
  pod: 'canary-of-a-pod-72',
  mapping: 'canary-of-a-mapping-73',
  raised: 'canary-raised-74',
  cast: 'canary-cast-75',
  check: 'canary-check-76',
  twice: 'canary-twice-77',
  foreign: 'canary-foreign-78',
  empty: 'canary-empty-79',
  view: 'canary-view-80',
} as const;
const inTables = ['raised', 'cast', 'check', 'twice', 'foreign', 'empty', 'view'] as const;

/** Each table was filled while nobody looked, and is refused when it is restored; the server's message quotes the row. */
const rowsSql = `
set own.quiet = on; set session_replication_role = replica;
create function is_quiet() returns boolean language sql as $$ select current_setting('own.quiet', true) = 'on' $$;
create function loud(v text) returns text language plpgsql immutable as $$ begin
  if public.is_quiet() then return v; end if; raise warning 'look at %', v; raise exception 'the row is %', v using detail = v, hint = v; end $$;
create function number(v text) returns integer language plpgsql immutable as $$ begin
  if public.is_quiet() then return 1; end if; return v::integer; end $$;
create table raised (v text check (loud(v) <> '')); insert into raised values ('${canaries.raised}');
create table "cast" (v text check (number(v) > 0)); insert into "cast" values ('${canaries.cast}');
create function passes(v text) returns boolean language sql as $$ select public.is_quiet() $$;
create table "check" (v text check (passes(v) is true)); insert into "check" values ('${canaries.check}');`;

const moreSql = `${rowsSql}
create table twice (v text); insert into twice values ('${canaries.twice}'), ('${canaries.twice}');
create table "foreign" (v text primary key); create table foreigner (v text references "foreign");
insert into foreigner values ('${canaries.foreign}');
create table empty (a int, v text); insert into empty values (null, '${canaries.empty}');
update pg_attribute set attnotnull = true where attrelid = 'empty'::regclass and attname = 'a';
create table seen (v text); insert into seen values ('${canaries.view}');
create materialized view "view" as select loud(v) as v from seen;
create function valid(options text[], catalog oid) returns void language plpgsql as $$ begin
  if not public.is_quiet() and options::text <> '{}' then raise exception 'these are bad: %', options; end if; end $$;
create foreign data wrapper wrapper validator valid; create server far foreign data wrapper wrapper;
create user mapping for postgres server far options (user 'u', password '${canaries.mapping}')`;

describe('secrets and rows in whatever fails', function () {
  this.timeout(300_000);
  let lab: Lab;
  let folder: string;
  let kubeconfig: string;
  /** everything that was printed, by the command that did */
  const printed: { readonly what: string; readonly text: string }[] = [];

  before(async () => {
    lab = await startLab({ only: ['source'], seed: false });
    folder = await mkdtemp(join(tmpdir(), 'dbf-canary-'));
    kubeconfig = join(folder, 'kubeconfig');
    const { state } = lab.clusters['cluster-a'];
    for (const cluster of Object.values(lab.clusters)) cluster.state.users.set(canaries.token, { name: 'dba' });
    await writeFile(kubeconfig, (await readFile(lab.kubeconfig, 'utf8')).replaceAll('admin-token', canaries.token), {
      mode: 0o600,
    });
    const server = lab.server('source');
    const [, namespace = '', name = ''] = places.source.split('/');
    const at = state.pods.findIndex((pod) => pod.name === name);
    state.pods[at] = podOf(
      {
        ...{ namespace, name, image: 'docker.io/library/postgres:15', labels: { app: 'postgres' } },
        owner: { kind: 'StatefulSet', name: 'postgres', apiVersion: 'apps/v1' },
        env: { POSTGRES_USER: 'postgres', POSTGRES_PASSWORD: canaries.pod, PGPASSWORD: canaries.pod },
      },
      server,
    );
    for (const [database, sql] of [
      ['few', rowsSql],
      ['many', moreSql],
    ] as const) {
      await server.sql('postgres', `create database ${database}`);
      await server.sql(database, sql);
    }
    // behind pg_dump's back: an index that says it is unique, as one that was damaged does
    await server.sql('many', `create index twice_v on twice (v)`);
    await server.sql('many', `update pg_index set indisunique = true where indexrelid = 'twice_v'::regclass`);
  });
  after(async () => {
    await lab.close();
    await rm(folder, { recursive: true, force: true });
  });

  it('are where they were put, and after every failure nowhere else', async () => {
    const many = await backUp('many');
    const few = await backUp('few');
    await run(1, false, 'restore', few, `${places.source}/new1`);
    await run(1, true, 'restore', few, `${places.source}/new2`);
    await run(3, true, 'restore', many, `${places.source}/part1`, '--go-on');
    await run(3, false, 'restore', many, `${places.source}/part2`, '--go-on');
    await run(undefined, true, 'verify', many, '--deep', places.source);
    await lab.server('source').sql('postgres', 'create database live');
    const inPlace = ['--as', 'replace', '--yes', '--in-place'];
    await run(1, false, 'restore', few, `${places.source}/live`, ...inPlace);
    await run(1, true, 'restore', few, `${places.source}/live`, ...inPlace);
    await run(3, false, 'diff', many, `${places.source}/part1`);
    const { faults } = lab.clusters['cluster-a'].state;
    const message = `not for Authorization: Bearer ${canaries.token}`;
    const body = JSON.stringify({ kind: 'Status', status: 'Failure', message, reason: message, code: 403 });
    faults.exec.push({ kind: 'refuse', match: 'pg_dump -F', status: 403, body, sticky: true });
    await run(1, false, 'backup', `${places.source}/few`);
    await run(1, true, 'backup', `${places.source}/few`);
    faults.exec = [];
    faults.http.push({ pathMatch: '/pods', status: 403, body, sticky: true });
    await run(0, false, 'pods');
    await run(undefined, true, 'backup', `${places.source}/few`);
    faults.http = [];
    await run(0, false, 'jobs');

    await areWhereTheyWerePut();
    assert.deepEqual(await found(), []);
  });

  async function areWhereTheyWerePut(): Promise<void> {
    assert.ok((await readFile(kubeconfig, 'utf8')).includes(canaries.token));
    const pod = lab.clusters['cluster-a'].state.pods.find(({ name }) => name === 'postgres-0');
    const env = pod?.start('postgres', ['env']) ?? assert.fail('no pod');
    let told = '';
    for await (const chunk of env.stdout ?? []) told += String(chunk);
    assert.ok(told.includes(canaries.pod));
    const archives = (await filesIn(join(folder, 'root'))).filter((file) => isArchive(file));
    const texts = await Promise.all(archives.map((file) => readFile(file, 'latin1')));
    for (const name of ['mapping', ...inTables] as const)
      assert.ok(
        texts.some((text) => text.includes(canaries[name])),
        name,
      );
  }

  /** Where a canary is that should not be there: `<canary> in <file or command>`, with the words around it. */
  async function found(): Promise<string[]> {
    const files = [...(await filesIn(join(folder, 'root'))), ...(await filesIn(join(folder, 'state')))];
    assert.ok(files.some((file) => file.endsWith('log.txt')) && files.some((file) => file.includes('events')));
    const read = files
      .filter((file) => !isArchive(file))
      .map(async (file) => ({ what: file.slice(folder.length), text: await readFile(file, 'latin1') }));
    return [...printed, ...(await Promise.all(read))].flatMap(({ what, text }) =>
      Object.entries(canaries).flatMap(([name, canary]) => {
        const at = text.indexOf(canary);
        return at < 0 ? [] : [`${name} in ${what}: ${text.slice(Math.max(0, at - 150), at + 80)}`];
      }),
    );
  }

  async function backUp(database: string): Promise<string> {
    const out = await run(0, true, 'backup', `${places.source}/${database}`, '--compress', 'none');
    return /"backup":"([^"]+)"/.exec(out.trim().split('\n').at(-1) ?? '')?.[1] ?? assert.fail(out);
  }

  /** Runs the command line as a process; with `exitCode` undefined it must fail in some way. */
  async function run(exitCode: number | undefined, asJson: boolean, ...args: string[]): Promise<string> {
    const where = ['--kubeconfig', kubeconfig, '--root', join(folder, 'root'), ...(asJson ? ['--json'] : [])];
    const env = { ...process.env, KUBECONFIG: '', XDG_STATE_HOME: join(folder, 'state') };
    const child = spawn(process.execPath, [cli, ...args, ...where], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    const texts = { stdout: '', stderr: '' };
    child.stdout.setEncoding('utf8').on('data', (text: string) => (texts.stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (texts.stderr += text));
    const code = await new Promise<number | null>((resolve, reject) => child.on('error', reject).on('close', resolve));
    const what = args.join(' ') + (asJson ? ' --json' : '');
    for (const [stream, text] of Object.entries(texts)) printed.push({ what: `${stream} of ${what}`, text });
    const told = `${what}: exit ${code}\n${texts.stdout}\n${texts.stderr}`;
    if (process.env['CANARY_TELL'] !== undefined) console.log(told.slice(-6000));
    if (exitCode === undefined) assert.notEqual(code, 0, told);
    else assert.equal(code, exitCode, told);
    return texts.stdout;
  }
});

function isArchive(file: string): boolean {
  return file.endsWith('database.dump');
}

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}
