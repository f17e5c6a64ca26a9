import type { Left } from '../../../src/core/base/findingData';
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { backUp } from '../../../src/core/backup/backUp';
import { fileSource } from '../../../src/core/store/fileSource';
import { adopt } from '../../../src/core/catalog/adopt';
import type { BackupEntry } from '../../../src/core/catalog/manifest';
import type { Finding } from '../../../src/core/base/finding';
import { noLog } from '../../../src/core/base/log';
import { inspectArchive } from '../../../src/core/postgres/archive/format/inspectArchive';
import { planRestore } from '../../../src/core/job/plan/planRestore';
import { archivePath } from '../../../src/core/catalog/catalog';
import { compareDatabases } from '../../../src/core/compare/diff';
import { ownOf, ownSql, type OwnRow } from '../../../src/core/restore/side/databaseFacts';
import { restore, type RestoreRequest, type RestoreResult } from '../../../src/core/restore/restore';
import { undo } from '../../../src/core/restore/side/undo';
import { differenceWords } from '../../../src/words/comparisonWords';
import { startServer, type Server } from '../../lab/servers';
import { openServer } from '../openServer';

const run = promisify(execFile);
const work = { report: () => undefined, signal: new AbortController().signal, log: noLog };
const roles = ['o w"ner', 'reader', 'granter', 'app', 'Ödd'];
const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** Everything that belongs to a database itself, each with a name or value that is hard to quote. */
const properties = (database: string): string => `
alter database ${quoted(database)} owner to "o w""ner";
revoke connect on database ${quoted(database)} from public;
grant connect on database ${quoted(database)} to granter with grant option;
grant create on database ${quoted(database)} to "Ödd";
set role granter; grant connect on database ${quoted(database)} to reader; reset role;
alter database ${quoted(database)} set search_path to "$user", "od,d", public;
alter database ${quoted(database)} set timezone to 'Europe/Vienna';
alter database ${quoted(database)} set work_mem to '77MB';
alter database ${quoted(database)} set datestyle to 'German, DMY';
alter role app in database ${quoted(database)} set application_name to 'it''s \\ here';
alter role app in database ${quoted(database)} set search_path to '';
alter database ${quoted(database)} connection limit 42;
comment on database ${quoted(database)} is E'two\\nlines; \\\\ "and" ''quotes''';
alter database ${quoted(database)} is_template true`;

for (const [from, to] of [
  [15, 15],
  [15, 18],
  [18, 18],
] as const) {
  describe(`what belongs to a database itself, from PostgreSQL ${from} to ${to}`, function () {
    this.timeout(240_000);
    const name = 'sh"op';
    let origin: Server;
    let server: Server;
    let root: string;
    let backup: BackupEntry;
    let jobs = 0;

    before(async () => {
      root = await mkdtemp(path.join(tmpdir(), 'ferry-root-'));
      origin = await startServer({ major: from });
      server = await startServer({ major: to });
      for (const role of roles) await origin.sql('postgres', `create role ${quoted(role)} login`);
      const locale =
        from === 18 ? `locale_provider builtin builtin_locale 'C.UTF-8' locale 'C'` : `lc_collate 'C' lc_ctype 'C'`;
      await origin.sql('postgres', `create database ${quoted(name)} template template0 encoding 'UTF8' ${locale}`);
      await origin.sql(name, `create table t as select 1 as i; alter table t owner to app`);
      await origin.sql('postgres', properties(name));
      backup = await taken(name);
    });
    after(async () => {
      await origin.stop();
      await server.stop();
      await rm(root, { recursive: true, force: true });
    });
    beforeEach(async () => {
      for (const role of roles) await server.sql('postgres', `create role ${quoted(role)} login`);
    });
    afterEach(async () => {
      const sql = `select datname from pg_database where datname not in ('postgres', 'template0', 'template1')`;
      for (const { datname } of await server.sql<{ datname: string }>('postgres', sql)) {
        await server.sql('postgres', `alter database ${quoted(datname)} is_template false`);
        await server.sql('postgres', `drop database ${quoted(datname)} with (force)`);
      }
      for (const role of roles) await server.sql('postgres', `drop role if exists ${quoted(role)}`);
    });

    async function taken(database: string): Promise<BackupEntry> {
      const options = {
        ...{ root, cluster: { alias: 'a', server: 'https://a' }, compress: 'none' },
        ...{ job: `backup${++jobs}`, asked: { by: 'me' } },
      };
      return (await backUp(await openServer(origin), database, options, work)).entry;
    }
    async function put(more: Partial<RestoreRequest> = {}): Promise<RestoreResult> {
      const target = await openServer(server);
      return restore({ backup, target, database: 'shop', job: `own${++jobs}`, cluster: 'b', ...more }, work);
    }
    const own = async (where: Server, database: string): Promise<object> => {
      const sql = ownSql(`d.datname = '${database.replaceAll("'", "''")}'`);
      const [row] = await where.sql<{ own: OwnRow }>('postgres', `select own from (${sql}) s (own)`);
      return { ...ownOf(row!.own), name: '' };
    };
    const left = (findings: readonly Finding[]): readonly Left[] =>
      findings.flatMap(({ code, data }) => (code === 'database.left' ? (data['left'] as Left[]) : []));
    const words = ({ differences }: RestoreResult): string[] => differences.map(differenceWords);

    it('a new database becomes what was backed up, under another name too; the comparison says the same', async () => {
      const result = await put();
      assert.deepEqual([result.outcome, words(result), left(result.findings)], ['done', [], []]);
      assert.deepEqual(await own(server, 'shop'), await own(origin, name));
      const [a, b] = [await openServer(origin), await openServer(server)];
      const live = { pod: b, database: 'shop' };
      const differing = async (one: Parameters<typeof compareDatabases>[0]): Promise<unknown> =>
        (await compareDatabases(one, live, `diff${++jobs}`, work)).differences;
      assert.deepEqual(await differing({ pod: a, database: name }), []);
      assert.deepEqual(await differing({ backup }), []);
      await server.sql('postgres', changes);
      const found = await compareDatabases({ backup }, live, `diff${++jobs}`, work);
      assert.deepEqual(found.differences.map(differenceWords).sort(), changed);
      assert.equal(found.equal, false);
    });

    it('as stock pg_restore -C makes it', async () => {
      await put();
      const mine = await own(server, 'shop');
      await server.sql('postgres', 'alter database shop is_template false');
      await server.sql('postgres', 'drop database shop');
      const env = { PGHOST: server.socketDir, PGPORT: String(server.port), PGUSER: 'postgres', PATH: '/usr/bin:/bin' };
      await run(path.join(server.bin, 'pg_restore'), ['-C', '-d', 'postgres', archivePath(backup)], { env });
      assert.deepEqual(mine, await own(server, name));
    });

    it('replacing keeps what the target has, and says that text is sorted in another way; undo brings all of it back', async () => {
      await server.sql('postgres', `create database shop owner reader connection limit 7`);
      await server.sql('postgres', `alter database shop set work_mem to '5MB'; comment on database shop is 'mine'`);
      const before = await own(server, 'shop');
      const { findings, outcome, kept } = await put({ as: 'replace' });
      assert.equal(outcome, 'done');
      assert.ok(findings.some(({ code }) => code === 'locale.differs'));
      assert.deepEqual(await own(server, 'shop'), before);
      const common = { target: await openServer(server), database: 'shop', cluster: 'b' };
      await undo({ ...common, job: `undo${++jobs}` }, work);
      assert.deepEqual(await own(server, 'shop'), before);
      // also where nothing answers to the name: what is put back has what it had
      await server.sql('postgres', 'drop database shop with (force)');
      const kepts = `select datname from pg_database where datname like 'shop\\_\\_before%'`;
      const [row] = await server.sql<{ datname: string }>('postgres', kepts);
      assert.ok(row && row.datname !== kept);
      await undo({ ...common, job: `undo${++jobs}` }, work);
      const rest: { comment?: string } = { ...before };
      delete rest.comment;
      assert.deepEqual(await own(server, 'shop'), rest);
    });

    it('every role that the database names is counted, in the plan as in the result', async () => {
      for (const role of roles) await server.sql('postgres', `drop role ${quoted(role)}`);
      const all = [...roles].sort();
      for (const source of [{ backup }, { pod: await openServer(origin), database: name }]) {
        const plan = await planRestore(
          {
            ...{ from: source, target: await openServer(server), database: 'shop', reference: 'b/demo/pg/shop', root },
            ...{ options: { createRoles: true }, cluster: 'b' },
          },
          work.signal,
        );
        assert.deepEqual([...plan.roles.create].sort(), all);
      }
      await assert.rejects(put(), /restore.refused/);
      const result = await put({ createRoles: true });
      assert.deepEqual([...result.createdRoles].sort(), all);
      assert.deepEqual([result.outcome, words(result)], ['done', []]);
      assert.deepEqual(await own(server, 'shop'), await own(origin, name));
    });

    it('roles that are mapped, and owners that are left out', async () => {
      await server.sql('postgres', 'drop role "o w""ner"; drop role "Ödd"');
      const mapped = await put({ mapRoles: { 'o w"ner': 'app', Ödd: 'reader' } });
      assert.deepEqual([mapped.outcome, words(mapped)], ['done', []]);
      const now = (await own(server, 'shop')) as { owner: string; acl: { grantee?: string; privilege: string }[] };
      assert.equal(now.owner, 'app');
      assert.ok(now.acl.some(({ grantee, privilege }) => grantee === 'reader' && privilege === 'CREATE'));
      await server.sql('postgres', 'alter database shop is_template false');
      await server.sql('postgres', 'drop database shop');
      await server.sql('postgres', 'create role "Ödd"');
      const plain = await put({ noOwner: true });
      assert.deepEqual([plain.outcome, words(plain)], ['done', []]);
      assert.equal(((await own(server, 'shop')) as { owner: string }).owner, 'postgres');
      await assert.rejects(server.connect('shop', 'app'), /permission denied/);
    });

    it('what gives a right or runs code is not set in the name of a superuser, unless asked for', async () => {
      await origin.sql('postgres', `create database hostile`);
      const dangerous = {
        session_preload_libraries: 'plpgsql',
        role: 'reader',
        log_statement: 'none',
        'unknown.placeholder': 'x',
      };
      for (const [setting, value] of Object.entries(dangerous))
        await origin.sql('postgres', `alter database hostile set ${setting} to '${value}'`);
      await origin.sql('postgres', `alter role postgres in database hostile set search_path to 'evil'`);
      await origin.sql('postgres', `alter database hostile set statement_timeout to '9s'`);
      await origin.sql(
        'postgres',
        `comment on database hostile is '{"dbFerry":{"job":"x","role":"kept","of":"shop"}}'`,
      );
      const hostile = await taken('hostile');
      await origin.sql('postgres', 'drop database hostile');
      const result = await put({ backup: hostile });
      const names = [...Object.keys(dangerous), 'search_path of postgres'].sort();
      assert.equal(result.outcome, 'differences');
      const lines = left(result.findings);
      assert.deepEqual(
        lines
          .filter(({ why }) => why === 'trust')
          .map((one) => one.name)
          .sort(),
        names,
      );
      assert.deepEqual(
        lines.filter(({ why }) => why === 'mark').map(({ what }) => what),
        ['comment'],
      );
      assert.deepEqual(
        words(result).sort(),
        [
          ...names.map((one) => `the database's setting ${one}: missing on the right`),
          words(result).find((one) => one.includes('comment')),
        ].sort(),
      );
      const settings = `select setconfig from pg_db_role_setting where setdatabase <> 0`;
      assert.deepEqual(await server.sql('postgres', settings), [{ setconfig: ['statement_timeout=9s'] }]);
      await server.sql('postgres', 'drop database shop');
      const trusted = await put({ backup: hostile, trustSettings: true });
      assert.deepEqual(
        words(trusted).filter((one) => !one.includes('comment')),
        [],
      );
    });

    it('as no superuser: what it may not is said before, and is a difference after', async () => {
      await server.sql('postgres', 'create role builder login createdb');
      try {
        const { facts, ...pod } = await openServer(server);
        const role = { ...facts.role, name: 'builder', superuser: false, createRole: false };
        const target = {
          ...pod,
          facts: { ...facts, role, access: { ...facts.access, user: 'builder', superuser: false } },
        };
        const result = await put({ target, noOwner: true });
        const lines = left(result.findings).map(({ what, name: which, why }) => `${what} ${which} ${why}`);
        const ofApp = ['application_name', 'search_path'].map((one) => `setting ${one} of app`);
        const expected = ['grant CONNECT to reader by granter superuser', ...ofApp.map((one) => `${one} server`)];
        assert.deepEqual(lines.sort(), expected);
        assert.deepEqual(words(result).sort(), [
          "the database's grant CONNECT to reader by granter: missing on the right",
          "the database's grant CONNECT to reader: missing on the left",
          ...ofApp.map((one) => `the database's ${one}: missing on the right`),
        ]);
      } finally {
        await server.sql('postgres', 'alter database shop is_template false');
        await server.sql('postgres', 'drop database shop');
        await server.sql('postgres', 'drop role builder');
      }
    });

    it('what the server does not have is said before, and is a difference after', async () => {
      const file = path.join(root, 'foreign.dump');
      const { readFile, writeFile } = await import('node:fs/promises');
      const bytes = await readFile(archivePath(backup));
      const text = bytes.toString('latin1').replace("'Europe/Vienna'", "'Europe/Nowhen'").replace("'77MB'", "'77XB'");
      await writeFile(file, Buffer.from(from < 18 ? text.replaceAll("LOCALE = 'C'", "LOCALE = 'x'") : text, 'latin1'));
      const foreign = await adopt(file);
      const { database } = await inspectArchive(await fileSource(file));
      assert.ok(database);
      const result = await put({ backup: foreign });
      assert.equal(result.outcome, 'differences');
      const lines = left(result.findings).map(({ what, name: which, why }) => `${what} ${which} ${why}`);
      const ofLocale = from < 18 ? ['locale libc x unknown'] : [];
      assert.deepEqual(lines.sort(), [...ofLocale, 'setting timezone server', 'setting work_mem server'].sort());
      const told = words(result).filter((one) => /timezone|work_mem|locale/.test(one));
      assert.equal(told.length, 2 + ofLocale.length, words(result).join('\n'));
    });
  });
}

const changes = `
alter database shop owner to app; alter database shop connection limit -1; comment on database shop is null;
grant connect on database shop to public; alter database shop reset timezone; alter database shop set work_mem to '1MB';
alter role reader in database shop set lock_timeout to '1s'; alter database shop is_template false`;
const changed = [
  `the database's comment: two\nlines; \\ "and" 'quotes' and none`,
  `the database's connection limit: 42 and none`,
  `the database's grant CONNECT to PUBLIC: missing on the left`,
  `the database's owner: o w"ner and app`,
  `the database's setting lock_timeout of reader: missing on the left`,
  `the database's setting timezone: missing on the right`,
  `the database's setting work_mem: changed`,
  `the database's template: true and false`,
].sort();
