import assert from 'node:assert/strict';
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { isAppError } from '../../../src/core/base/errors';
import { noLog } from '../../../src/core/base/log';
import type { Work } from '../../../src/core/base/progress';
import { findBackup, listBackups } from '../../../src/core/catalog/catalog';
import { verifyBackup } from '../../../src/core/catalog/verifyBackup';
import { listJobs } from '../../../src/core/job/record/listJobs';
import { recordsOf } from '../../../src/core/job/record/records';
import type { OpenPod } from '../../../src/core/pod/databasePod';
import { restore } from '../../../src/core/restore/restore';
import { undo } from '../../../src/core/restore/side/undo';
import { rootState } from '../../../src/core/state/stateFolder';
import { closeToOthers } from '../../golden/closeToOthers';
import { startServer, type Server } from '../../lab/servers';
import { openServer } from '../openServer';

const golden = fileURLToPath(new URL('../../golden/0.1.0/', import.meta.url));
const work: Work = { report: () => undefined, signal: new AbortController().signal, log: noLog };
const oldJob = 'tpazimjys6';

/*
 * The servers of 0.1.0 are long gone. What its jobs left on them is made again as far as it can be: under the same names and OIDs, with the comments that it
 * wrote, in the pod that they name. Of a server with other OIDs nothing is proven any more; the code must say so, and touch nothing.
 */
describe('what 0.1.0 wrote, on a server of today', () => {
  let root: string;
  let server: Server;
  let noted: { readonly oid: number; readonly live: number };

  before(async () => {
    root = await mkdtemp(path.join(tmpdir(), 'dbf-golden-'));
    await cp(path.join(golden, 'root'), root, { recursive: true });
    await closeToOthers(root);
    const events = (await readFile(path.join(root, '.jobs', oldJob, 'events.ndjson'), 'utf8')).split('\n');
    const said = events.find((line) => line.includes('"swap.side"')) ?? '';
    noted = (JSON.parse(said) as { readonly data: typeof noted }).data;
    // its job folders move into the state
    await listJobs(root);
    server = await startServer({ major: 16 });
    await server.sql('postgres', 'create role app_owner; create role app_reader');
  });
  after(async () => {
    await server.stop();
    await rm(rootState(root), { recursive: true, force: true });
    await rm(root, { recursive: true, force: true });
  });

  it('what its restore kept is put back, where server and job say the same', async () => {
    await made('small', noted.oid, 'restored by 0.1.0');
    await kept(noted.live);
    const { from, kept: now } = await undo({ ...(await place('small')), job: 'undone1' }, work);
    assert.deepEqual([from, now], [`small__before_${oldJob}`, 'small__before_undone1']);
    assert.deepEqual(await says('small'), ['live before it']);
    await dropped('small__before_undone1', 'small');
  });

  it('what only says so is not put back: the database has another OID, or nothing of it is there', async () => {
    await made('small', noted.oid + 1000, 'of today');
    await kept(noted.live + 1000);
    const before = await databases();
    await assert.rejects(undo({ ...(await place('small')), job: 'undone2' }, work), (error) =>
      isAppError(error, 'restore.claimed'),
    );
    assert.deepEqual([await databases(), await says('small')], [before, ['of today']]);
    await dropped(`small__before_${oldJob}`);
    await assert.rejects(undo({ ...(await place('small')), job: 'undone3' }, work), (error) =>
      isAppError(error, 'restore.nothingKept'),
    );
    await dropped('small');
  });

  it('its backups are listed, verified, restored over what is there, and that is undone', async () => {
    const entries = await listBackups(root);
    // the last one is what a restore in place replaced: the only way back from it
    for (const id of ['20261130T070124Z-87c351', '20261130T070143Z-451fc7']) {
      const { folder } = entries.find((one) => one.id === id) ?? assert.fail(id);
      const backup = await findBackup(root, folder);
      await verifyBackup(backup, work);
      const { database } = backup.manifest.source;
      await made(database, undefined, 'live');
      const at = { ...(await place(database)), job: 'restored1' };
      const { outcome, differences } = await restore({ ...at, backup, as: 'replace' }, work);
      assert.deepEqual([outcome, differences], ['done', []]);
      assert.deepEqual(
        await tables(database),
        backup.manifest.tables.map(({ schema, name }) => `${schema}.${name}`).sort(),
      );
      await undo({ ...(await place(database)), restoredBy: 'restored1', job: 'undone4' }, work);
      assert.deepEqual(await says(database), ['live']);
      await dropped(`${database}__before_undone4`, database);
    }
  });

  /** A database with one table that says what it is. */
  async function made(name: string, oid: number | undefined, text: string): Promise<void> {
    await server.sql('postgres', `create database ${name}${oid === undefined ? '' : ` oid ${oid}`}`);
    await server.sql(name, `create table said as select '${text}' as text`);
  }

  async function dropped(...names: readonly string[]): Promise<void> {
    for (const name of names) await server.sql('postgres', `drop database ${name}`);
  }

  /** What a restore of 0.1.0 kept: closed, with a comment that nobody signed. */
  async function kept(oid: number): Promise<void> {
    const name = `small__before_${oldJob}`;
    await made(name, oid, 'live before it');
    const mark = {
      job: oldJob,
      role: 'kept',
      of: 'small',
      time: '2026-11-30T07:01:36.016Z',
      origin: '20261130T070124Z-87c351',
    };
    await server.sql('postgres', `comment on database ${name} is '${JSON.stringify({ dbFerry: mark })}'`);
    await server.sql('postgres', `alter database ${name} allow_connections false`);
  }

  async function place(database: string): Promise<{
    readonly target: OpenPod;
    readonly database: string;
    readonly cluster: string;
    readonly records: ReturnType<typeof recordsOf>;
  }> {
    const { pod, ...open } = await openServer(server);
    const named = { cluster: 'cluster-b', namespace: 'shop-test', name: 'pg16-0' };
    const target = { ...open, pod: { ...pod, ...named, workload: { kind: 'StatefulSet', name: 'pg16' } as const } };
    return { target, database, cluster: 'cluster-b', records: recordsOf(root, target.pod) };
  }

  async function says(database: string): Promise<string[]> {
    return (await server.sql<{ text: string }>(database, 'select text from said')).map(({ text }) => text);
  }

  async function tables(database: string): Promise<string[]> {
    const sql = `select schemaname || '.' || tablename as name from pg_tables where schemaname not in ('pg_catalog', 'information_schema')`;
    return (await server.sql<{ name: string }>(database, sql)).map(({ name }) => name).sort();
  }

  async function databases(): Promise<string[]> {
    const sql = `select datname from pg_database where datname like 'small%' order by 1`;
    return (await server.sql<{ datname: string }>('postgres', sql)).map(({ datname }) => datname);
  }
});
