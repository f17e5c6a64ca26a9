import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { open, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ferry, told, type FerrySetting, type Run } from './ferry';
import { places, startLab, type Lab } from './lab';

describe('a drill', function () {
  this.timeout(240_000);
  let lab: Lab;
  let setting: FerrySetting;
  let folder: string;
  let backup: string;
  let at: string;
  const place = `${places.source}/calm`;

  before(async () => {
    lab = await startLab({ only: ['source', 'pg16'], seed: false });
    folder = await mkdtemp(join(tmpdir(), 'dbf-drill-'));
    setting = {
      kubeconfig: lab.kubeconfig,
      root: join(folder, 'root'),
      env: { XDG_STATE_HOME: join(folder, 'state') },
    };
    const source = lab.server('source');
    await source.sql('postgres', 'create database calm');
    await source.sql(
      'calm',
      'create table t as select generate_series(1, 90000) as a, repeat(md5(random()::text), 3) as b',
    );
    await source.sql('calm', `create schema shop; create table shop.orders as select 7 as id, 'Ann' as buyer`);
    // a policy that shows nobody anything: checks see all the same
    await source.sql('calm', 'alter table shop.orders enable row level security');
    const taken = await run('backup', place);
    assert.equal(taken.exitCode, 0, told(taken));
    backup = String(taken.result.data['backup']);
    at = String(taken.result.data['folder']);
  });
  after(async () => {
    await lab.close();
    await rm(folder, { recursive: true, force: true });
  });
  afterEach(async () => {
    for (const server of ['source', 'pg16'] as const) {
      const left = await lab.server(server).sql(
        'postgres',
        `select datname from pg_database where datname ~ '__(drill|restore)_'
          union all select rolname from pg_roles where rolname ~ '^db_ferry_'`,
      );
      assert.deepEqual(left, [], 'nothing is left');
    }
  });

  const run = (...argv: string[]): Promise<Run> => ferry(setting, ...argv);
  const filed = (): Record<string, unknown>[] =>
    readdirSync(join(at, 'verified'))
      .filter((name) => name.includes('-drill-'))
      .sort()
      .map((name) => JSON.parse(readFileSync(join(at, 'verified', name), 'utf8')) as Record<string, unknown>);
  const withChecks = async (...checks: readonly (readonly [sql: string, expect: string])[]): Promise<string> => {
    const file = join(folder, 'checks.yaml');
    await writeFile(
      file,
      JSON.stringify({ checks: checks.map(([sql, expect]) => ({ name: sql.slice(0, 40), sql, expect })) }),
    );
    return file;
  };

  it('proves: compared, asked, timed, filed and signed, and counted by status as the recovery it measured', async () => {
    const checks = await withChecks(
      ['select count(*) from t', '>= 90000'],
      ['select buyer from shop.orders', 'Ann'],
      [
        'select current_user like $$db\\_ferry\\_%$$ and not rolsuper from pg_roles where rolname = current_user',
        'true',
      ],
    );
    const drilled = await run('drill', place, '--into', places.source, '--checks', checks);
    assert.equal(drilled.exitCode, 0, told(drilled));
    const { data } = drilled.result;
    assert.equal(data['drill'], 'proved');
    assert.equal(data['backup'], backup);
    assert.deepEqual(
      data.checks?.map(({ outcome, answer }) => [outcome, answer]),
      [
        ['met', '90000'],
        ['met', 'another text'],
        ['met', 'true'],
      ],
    );
    assert.ok(Number(data['recoverySeconds']) > 0);
    assert.deepEqual(Object.keys(data.steps ?? {}).sort(), ['check', 'fetch', 'find', 'prepare', 'restore', 'verify']);
    const [record] = filed();
    assert.equal(record?.['outcome'], 'proved');
    assert.ok(Array.isArray(record['signatures']));
    const status = await run('status', 'cluster-a/shop-prod', '--drill-days', '1');
    const row = status.events.find((event) => 'reference' in event && String(event['reference']).endsWith('/calm'));
    assert.ok(row && 'recovery' in row, told(status));
    assert.equal(row['drillOutcome'], 'proved');
    assert.ok(Math.abs(Number(row['recovery']) - Number(data['recoverySeconds'])) < 0.01);
  });

  it('finds a backup bad that came back whole but is not what its checks expect: exit 3', async () => {
    const checks = await withChecks(['select count(*) from t', '> 90000'], ['select buyer from shop.orders', 'Bob']);
    const drilled = await run('drill', backup, '--into', places.source, '--checks', checks);
    assert.equal(drilled.exitCode, 3, told(drilled));
    assert.equal(drilled.result.data['because'], 'drill.unmet');
    assert.ok(!JSON.stringify(drilled.events).includes('Ann'), 'no row is told');
    assert.equal(filed().at(-1)?.['outcome'], 'disproved');
  });

  it('asks in a role that may read alone: what else a check tries gives no answer, reaches nothing, and says nothing of the backup', async () => {
    const reached = join(folder, 'reached');
    const tries = [
      `\\! touch ${reached}`,
      `copy (select 1) to program 'touch ${reached}'`,
      `select pg_read_file('PG_VERSION')`,
      'create table x (a int)',
      'delete from t returning a',
      'set role postgres',
      'create role evil',
      `select count(*) from t'; drop table t; select '`,
      'select $ferry$ end $ferry$; create role evil',
      'select rolpassword from pg_authid limit 1',
      'commit; create table x (a int)',
      // one of several answers is none
      'select n from generate_series(1, 2) n',
    ];
    const checks = await withChecks(...tries.map((sql) => [sql, '1'] as const));
    const drilled = await run('drill', backup, '--into', places.source, '--checks', checks);
    assert.equal(drilled.exitCode, 1, told(drilled));
    assert.equal(drilled.result.error?.code, 'drill.checks');
    assert.equal((drilled.result.error.data as { checks?: unknown[] }).checks?.length, tries.length, told(drilled));
    assert.equal(existsSync(reached), false);
    const roles = await lab.server('source').sql('postgres', `select rolname from pg_roles where rolname = 'evil'`);
    assert.deepEqual(roles, []);
    assert.equal(filed().at(-1)?.['outcome'], 'notProved');
  });

  it('whose place cannot be reached shows nothing of the backup, and takes no proof away', async () => {
    const drilled = await run('drill', place, '--into', 'cluster-b/shop-test/gone-0');
    assert.equal(drilled.exitCode, 1, told(drilled));
    assert.equal(drilled.result.error?.code, 'pod.unknown');
    assert.ok(drilled.events.some((event) => 'code' in event && event['code'] === 'drill.notProved'));
    assert.equal(filed().at(-1)?.['outcome'], 'notProved');
  });

  it('finds one changed byte in the archive: exit 3, filed, and an objective that status says is missed', async () => {
    const archive = await open(join(at, 'database.dump'), 'r+');
    const { size } = await archive.stat();
    const byte = Buffer.alloc(1);
    await archive.read(byte, 0, 1, size >> 1);
    await archive.write(Buffer.from([(byte[0] ?? 0) ^ 1]), 0, 1, size >> 1);
    await archive.close();
    const drilled = await run('drill', place, '--into', places.source);
    assert.equal(drilled.exitCode, 3, told(drilled));
    assert.equal(drilled.result.data['drill'], 'disproved');
    assert.equal(drilled.result.data['because'], 'backup.damaged');
    const last = filed().at(-1);
    assert.equal(last?.['outcome'], 'disproved');
    const status = await run('status', 'cluster-a/shop-prod');
    assert.equal(status.exitCode, 3);
    const row = status.events.find((event) => 'reference' in event && String(event['reference']).endsWith('/calm'));
    assert.ok((row as { findings?: string[] } | undefined)?.findings?.includes('drill.disproved'), told(status));
  });
});
