import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { execa } from 'execa';
import { ferry, startFerry, told, type FerrySetting, type Run } from './ferry';
import { compareFingerprints, fingerprint } from './independent';
import { places, startLab, type Lab } from './lab';

const seed = `
create table customers (id serial primary key, name text not null, note jsonb, at timestamptz default now());
create table orders (id bigserial primary key, customer int references customers, total numeric(12, 2), doubled numeric generated always as (total * 2) stored) partition by range (id);
create table orders_low partition of orders for values from (0) to (5000); create table orders_high partition of orders default;
insert into customers (name, note) select E'n\\u00e4me\\t' || i, json_build_object('i', i) from generate_series(1, 3000) i;
insert into orders (customer, total) select 1 + i % 3000, i / 7.0 from generate_series(1, 9000) i;
create view big as select * from orders where total > 10; create materialized view sums as select customer, sum(total) from orders group by 1;
create function twice(x int) returns int language sql as 'select x * 2'; create index on customers (lower(name));
create domain positive as int check (value > 0); create type mood as enum ('sad', 'ok'); create table moods (m mood, p positive); insert into moods values ('ok', 3);
comment on table moods is 'how one feels'; select lo_from_bytea(77001, decode(repeat('abcd', 20000), 'hex'));`;

describe('dumps of others, from a file to a database', function () {
  this.timeout(300_000);
  let lab: Lab;
  let folder: string;
  let setting: FerrySetting;

  before(async () => {
    lab = await startLab({ only: ['source', 'pg18'], scale: 0.05 });
    folder = await mkdtemp(join(tmpdir(), 'dbf-imported-'));
    const env = { XDG_STATE_HOME: join(folder, 'state') };
    setting = { kubeconfig: lab.kubeconfig, root: join(folder, 'root'), env };
  });
  after(async () => {
    await lab.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function tool(name: 'pg_dump' | 'pg_dumpall', ...args: string[]): Promise<void> {
    const { bin, socketDir, port, superuser } = lab.server('source');
    const env = { PGHOST: socketDir, PGPORT: String(port), PGUSER: superuser };
    await execa(join(bin, name), args, { env });
  }
  async function ok(...args: string[]): Promise<Run> {
    const run = await ferry(setting, ...args);
    assert.equal(run.exitCode, 0, told(run));
    return run;
  }
  /** What jobs may leave: databases, roles, folders. */
  async function left(): Promise<unknown[]> {
    const sql = `select datname as name from pg_database where datname like '%\\_\\_%' union all select rolname from pg_roles where rolname ~ '^(db_ferry|import_owner)'`;
    const names = await Promise.all(
      (['source', 'pg18'] as const).map((place) => lab.server(place).sql<{ name: string }>('postgres', sql)),
    );
    const folders = await readdir(setting.root, { recursive: true });
    return [...names.flat(), ...folders.filter((name) => name.endsWith('.partial'))];
  }

  it('plain SQL, a folder, a tar and a whole server: from and to 15 and 18, as the database was', async () => {
    const file = (name: string): string => join(folder, name);
    await lab.server('source').sql('postgres', 'create database plain');
    await lab.server('source').sql('plain', seed);
    await tool('pg_dump', '-Fd', '-j2', '-f', file('plain.dir'), 'plain');
    await tool('pg_dump', '-Ft', '-f', file('plain.tar'), 'plain');
    await tool('pg_dump', '-f', file('plain.sql'), 'plain');
    await tool('pg_dumpall', '-f', file('all.sql'));
    await writeFile(file('plain.sql.gz'), gzipSync(await readFile(file('plain.sql'))));
    const original = await lab.server('source').connect('plain');
    const wanted = await fingerprint(original).finally(() => original.end());
    const made: string[] = [];
    for (const name of ['plain.dir', 'plain.tar']) {
      made.push(String((await ok('import', file(name))).result.data['backup']));
    }
    for (const into of [places.source, places.pg18]) {
      const run = await ok('import', file('plain.sql.gz'), '--into', into, '--create-roles');
      made.push(...(run.result.data['backups'] as string[]));
    }
    const whole = await ok('import', file('all.sql'), '--into', places.pg18, '--create-roles', '--database', 'plain');
    made.push(...(whole.result.data['backups'] as string[]));
    assert.equal(made.length, 5);
    assert.deepEqual(await left(), []);
    for (const [at, backup] of made.entries()) {
      // what 18 dumped asks for 18
      for (const place of at === 0 ? (['source', 'pg18'] as const) : (['pg18'] as const)) {
        const database = `again_${at}`;
        await ok('restore', backup, `${places[place]}/${database}`, '--create-roles');
        const client = await lab.server(place).connect(database);
        const found = await fingerprint(client).finally(() => client.end());
        assert.deepEqual(compareFingerprints(wanted, found), [], `${backup} in ${place}`);
      }
    }
  });

  it('of what only a superuser may make each is told by its line, and no row is missing', async () => {
    const [archive, script] = [join(folder, 'shop.tar'), join(folder, 'shop.sql')];
    await tool('pg_dump', '-Ft', '-f', archive, 'shop');
    await tool('pg_dump', '-f', script, 'shop');
    const adopted = String((await ok('import', archive)).result.data['backup']);
    const run = await ferry(setting, 'import', script, '--into', places.source);
    assert.equal(run.exitCode, 3, told(run));
    const finding = run.result.findings?.find(({ code }) => code === 'import.notLoaded');
    const statements = (finding?.data as { statements: { what: string; line: number }[] }).statements;
    assert.ok(statements.some(({ what }) => what.startsWith('CREATE EVENT TRIGGER')));
    assert.ok(statements.every(({ line }) => line > 0));
    const [loaded] = run.result.data['backups'] as string[];
    const differences = await ferry(setting, 'diff', adopted, loaded ?? '');
    assert.equal(differences.exitCode, 3, told(differences));
    const { differences: found = [] } = differences.result as unknown as { differences?: { kind: string }[] };
    assert.deepEqual([...new Set(found.map(({ kind }) => kind))], ['definition'], told(differences));
  });

  it('killed in its midst, clean leaves nothing of it, and the next one goes through', async () => {
    const file = join(folder, 'long.sql');
    const rows = Array.from({ length: 150_000 }, (_, row) => `${row}\t${'x'.repeat(100)}`).join('\n');
    await writeFile(file, `create table long (a int, b text);\ncopy long (a, b) from stdin;\n${rows}\n\\.\n`);
    const args = ['import', file, '--into', places.pg18] as const;
    for (const phase of ['restore', 'dump']) {
      const run = startFerry(setting, ...args);
      const at = (): boolean => run.events.some((event) => event.type === 'phase' && event.phase === phase);
      while (!at()) await new Promise((resolve) => setTimeout(resolve, 5));
      const started = run.events.find((event) => event.type === 'started');
      process.kill(started?.type === 'started' ? started.process.pid : 0, 'SIGKILL');
      await run.ended;
      await ok('clean');
      assert.deepEqual(await left(), [], phase);
    }
    await ok(...args);
    assert.deepEqual(await left(), []);
  });
});
