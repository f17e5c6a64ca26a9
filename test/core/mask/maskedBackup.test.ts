import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { backUp } from '../../../src/core/backup/backUp';
import type { BackupTask } from '../../../src/core/backup/backupTask';
import { isAppError } from '../../../src/core/base/errors';
import type { Progress, Work } from '../../../src/core/base/progress';
import { archivePath, findBackup } from '../../../src/core/catalog/catalog';
import { verifyBackup } from '../../../src/core/catalog/verifyBackup';
import { Masking } from '../../../src/core/mask/masking';
import { readRules } from '../../../src/core/mask/rules/readRules';
import { maskKey } from '../../../src/core/state/maskKeys';
import type { Major } from '../../lab/binaries';
import { startServer, type Server } from '../../lab/servers';
import { openServer } from '../openServer';
import { restoreInto } from '../postgres/archive/realArchives';

const data = `
  create table people (id int primary key, mail text not null unique, name varchar(40), ip inet, extra jsonb, kept text);
  insert into people select i, 'canary' || i || '@example.com', 'Canary Person ' || i, ('10.9.8.' || i % 250)::inet,
    jsonb_build_object('mail', 'canary' || i || '@example.com', 'canarykey', 'canaryvalue'), case when i = 7 then 'call canary at someone@example.org' end
  from generate_series(1, 5000) i;
  create table visits (person text references people (mail), at timestamptz);
  insert into visits select 'canary' || i || '@example.com', now() from generate_series(1, 5000) i;
  create table plain (id int); insert into plain select generate_series(1, 1000);
  comment on table people is 'canarycomment'; create role canaryrole; comment on role canaryrole is 'canaryrolecomment';
  create materialized view mails as select mail from people;
`;
const rules = `
columns:
  - {match: "*.people.mail", as: email}
  - {match: "*.people.name", as: name}
  - {match: "*.people.ip", as: ip}
  - {match: "*.people.extra", as: json, paths: {"$.mail": email}}
  - {match: "*.visits.person", as: email}
  - {match: "*.people.kept", as: keep}
`;

for (const major of [15, 18] as const satisfies readonly Major[]) {
  describe(`a masked backup, PostgreSQL ${major}`, function () {
    this.timeout(180_000);
    let server: Server;
    let root: string;
    const events: Progress[] = [];
    const lines: string[] = [];
    const log = (line: string): void => void lines.push(line);
    const work: Work = {
      report: (event) => events.push(event),
      signal: new AbortController().signal,
      log: { info: log, warn: log, error: log, debug: log } as unknown as Work['log'],
    };

    before(async () => {
      server = await startServer({ major });
      await server.sql('postgres', 'create database shop');
      await server.sql('shop', data);
      root = await mkdtemp(path.join(tmpdir(), 'ferry-mask-'));
    });
    after(async () => {
      await server.stop();
      await rm(root, { recursive: true, force: true });
    });

    const task = async (text: string, key: string): Promise<BackupTask> => ({
      ...{
        root,
        cluster: { alias: 'alpha', server: 'https://alpha' },
        compress: 'none',
        job: 'mask-test',
        asked: { by: 'tester' },
      },
      change: new Masking(readRules(text), await maskKey(key)),
    });

    it('holds nothing that was masked, in no file, event or line of the log; what came of it is proven and stands in the manifest', async () => {
      const source = await openServer(server);
      const { entry } = await backUp(source, 'shop', await task(rules, 'alpha/dev/pg/shop'), work);
      for (const file of await filesOf(root)) {
        const text = (await readFile(file, 'latin1')).replaceAll(/canaryrole|call canary at/g, '');
        assert.doesNotMatch(text, /canary/i, file);
      }
      assert.doesNotMatch(JSON.stringify(events) + lines.join('\n'), /canary(?!role)/i);
      const masked = entry.manifest.masked;
      assert.ok(masked);
      assert.deepEqual(
        masked.columns.map(({ table, column, changed, stayed }) => `${table}.${column} ${changed} ${stayed}`).sort(),
        ['people.extra 5000 0', 'people.ip 5000 0', 'people.mail 5000 0', 'people.name 5000 0', 'visits.person 5000 0'],
      );
      assert.equal(masked.unmasked, 1);
      // what is kept is looked through, too
      assert.deepEqual(masked.hits, [{ schema: 'public', table: 'people', column: 'kept', kind: 'email', count: 1 }]);
      const again = await findBackup(root, entry.id);
      assert.deepEqual(again.manifest.masked, masked);
      assert.equal((await verifyBackup(again, work)).sha256, entry.manifest.archive.sha256);
      await restoreInto(server, await readFile(archivePath(entry)), 'target');
      const [joined] = await server.sql<{ count: number }>(
        'target',
        `select count(*)::int from people p join visits v on v.person = p.mail join mails m using (mail) where p.extra ->> 'mail' = p.mail`,
      );
      assert.equal(joined?.count, 5000);
    });

    it('is the same to join with under the same key, and not under another', async () => {
      const source = await openServer(server);
      const mails: string[] = [];
      for (const key of ['alpha/dev/pg/shop', 'alpha/dev/pg/shop', 'alpha/other/pg/shop']) {
        const { entry } = await backUp(source, 'shop', await task(rules, key), work);
        const [mail = ''] = /[a-z2-7]{16}@masked\.invalid/.exec(await readFile(archivePath(entry), 'latin1')) ?? [];
        mails.push(`${entry.manifest.masked?.key ?? ''} ${mail}`);
      }
      assert.equal(mails[0], mails[1]);
      assert.notEqual(mails[0]?.split(' ')[0], mails[2]?.split(' ')[0]);
      assert.notEqual(mails[0]?.split(' ')[1], mails[2]?.split(' ')[1]);
    });

    it('is refused for a column that came since, by name, and leaves nothing', async () => {
      const source = await openServer(server);
      await server.sql('shop', "alter table visits add column secret text default 'x'");
      const before = await filesOf(root);
      const error: unknown = await backUp(source, 'shop', await task(rules, 'k'), work).catch(
        (thrown: unknown) => thrown,
      );
      await server.sql('shop', 'alter table visits drop column secret');
      assert.ok(isAppError(error, 'mask.refused'), String(error));
      assert.match(JSON.stringify(error.data), /"table":"public.visits","column":"secret"/);
      assert.deepEqual(await filesOf(root), before);
      const [sessions] = await server.sql<{ count: number }>(
        'postgres',
        "select count(*)::int from pg_stat_activity where application_name like 'db-ferry%'",
      );
      assert.equal(sessions?.count, 0);
    });
  });
}

async function filesOf(folder: string): Promise<string[]> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true });
  return found
    .filter((one) => one.isFile())
    .map((one) => path.join(one.parentPath, one.name))
    .sort();
}
