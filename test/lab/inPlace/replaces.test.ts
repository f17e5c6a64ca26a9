import assert from 'node:assert/strict';
import type { JobEvent } from '../../../src/core/job/record/jobEvents';
import { told } from '../ferry';
import { inPlace, Scene, source, target } from './scene';

describe('a restore in place, by an owner who may not create databases', function () {
  this.timeout(180_000);
  let scene: Scene;
  before(async () => {
    scene = await Scene.start();
  });
  beforeEach(() => scene.renew());
  after(() => scene.close());

  it('replaces all, equal by SQL; the way back is a backup, which goes the same way', async () => {
    const run = await scene.expectExit(0, ...scene.restore);
    assert.deepEqual(await scene.againstSource(), []);
    const warned = run.result.findings?.find(({ code }) => code === 'inPlace');
    assert.equal(warned?.level, 'warn', told(run));
    assert.equal(run.result.data['rows'], 60_000 + 3 + 2, told(run));
    assert.deepEqual(run.result.differences, []);
    const granted = await scene.limited.sql('app', granting);
    assert.deepEqual(granted, [{ name: 'shop' }, { name: 'shop.orders' }], 'rights are those of the backup');
    const before = String(run.result.data['before']);
    assert.equal(run.result.data['undo'], `db-ferry restore ${before} ${target} --as replace --in-place`);
    await scene.expectExit(0, 'verify', before);
    const job = run.events.find((event) => event.type === 'started') as Extract<JobEvent, { type: 'started' }>;
    const undo = await scene.expectExit(1, 'undo', job.job, '--yes');
    assert.deepEqual(undo.result.error, { code: 'restore.nothingKept', data: { reference: target, before } });
    await scene.expectExit(0, 'restore', before, target, '--as', 'replace', '--yes', '--in-place');
    await scene.unchanged();
  });

  it('copies as one job', async () => {
    const run = await scene.expectExit(0, 'copy', source, target, ...inPlace);
    assert.deepEqual(await scene.againstSource(), []);
    assert.equal(run.result.data['backupKept'], false);
    assert.ok((await backups()).includes(String(run.result.data['before'])), 'the way back stays');
  });

  it('what is written until the writers are locked out is in the way back', async () => {
    scene.slow('pg_dump -F', 3_000);
    const run = scene.startRestore();
    const client = await scene.limited.connect('app', 'app_owner');
    let written = 0;
    const over = new AbortController();
    const loop = (async () => {
      while (!over.signal.aborted) {
        const since = Date.now();
        await client.query(`insert into notes values ('written ${written + 1}')`);
        // it waited for the end, and went into the restored table
        if (Date.now() - since > 1000) return;
        written += 1;
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    })();
    const ended = await run.ended;
    over.abort();
    await loop;
    await client.end();
    assert.equal(ended.exitCode, 0, told(ended));
    assert.ok(written > 0);
    const before = String(ended.result.data['before']);
    await scene.expectExit(0, 'restore', before, target, '--as', 'replace', '--yes', '--in-place');
    const rows = await scene.limited.sql<{ n: number }>(
      'app',
      `select count(*)::int as n from notes where note like 'written%'`,
    );
    assert.equal(rows[0]?.n, written, 'every committed write came back');
  });

  it('settings of the role and the database do not count', async () => {
    await scene.limited.sql(
      'postgres',
      `alter database app set default_transaction_read_only = on; alter database app set default_transaction_isolation = serializable;
       alter database app set synchronous_commit = off`,
    );
    await scene.expectExit(0, ...scene.restore);
    assert.deepEqual(await scene.againstSource(), []);
  });

  async function backups(): Promise<string> {
    const run = await scene.expectExit(0, 'backups');
    return JSON.stringify(run.events);
  }
});

/** What the role shop_app has rights on, and default privileges of anybody. */
const granting = `select name from (select n.nspname as name, n.nspacl as acl from pg_namespace n
  union all select c.oid::regclass::text, c.relacl from pg_class c union all select t.oid::regtype::text, t.typacl from pg_type t
  union all select p.oid::regprocedure::text, p.proacl from pg_proc p) o, aclexplode(o.acl) a
where a.grantee = 'shop_app'::regrole
union all select 'default privileges' from pg_default_acl order by 1`;
