import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { cliHints } from '../../../src/cli/hints';
import { isAppError } from '../../../src/core/base/errors';
import { runningText, wordsFor } from '../../../src/words/errorWords';
import { backUp } from '../../../src/core/backup/backUp';
import { noLog } from '../../../src/core/base/log';
import { readLive } from '../../../src/core/compare/readLive';
import { startServer, type Server } from '../../lab/servers';
import { openServer } from '../openServer';

const work = { report: () => undefined, signal: new AbortController().signal, log: noLog };

describe("the archive's encoding is the database's own", function () {
  this.timeout(120_000);
  let server: Server;
  let root: string;

  before(async () => {
    root = await mkdtemp(path.join(tmpdir(), 'ferry-root-'));
    server = await startServer({ major: 15 });
    for (const [name, encoding] of [
      ['utf', 'UTF8'],
      ['latin', 'LATIN1'],
      ['ascii', 'SQL_ASCII'],
    ] as const) {
      await server.sql('postgres', `create database ${name} template template0 encoding '${encoding}' locale 'C'`);
      const text = encoding === 'UTF8' ? `'10 €'` : `'plain'`;
      await server.sql(name, `create table t as select ${text}::text as v`);
    }
  });
  after(async () => {
    await server.stop();
    await rm(root, { recursive: true, force: true });
  });

  for (const [who, setting] of [
    ['the role', `alter role postgres set client_encoding = 'WIN1252'`],
    [
      'the database',
      `alter database utf set client_encoding = 'WIN1251'; alter database ascii set client_encoding = 'UTF8'`,
    ],
    ['the pod', ''],
  ] as const) {
    it(`whatever ${who} sets for clients`, async () => {
      await server.sql('postgres', setting || 'select 1');
      const source = await openServer(server, setting === '' ? { PGCLIENTENCODING: 'LATIN2' } : {});
      const options = {
        ...{ root, cluster: { alias: 'a', server: 'https://a' }, compress: 'none' },
        asked: { by: 'me' },
      };
      for (const [name, encoding] of [
        ['utf', 'UTF8'],
        ['latin', 'LATIN1'],
        ['ascii', 'SQL_ASCII'],
      ] as const) {
        const { entry } = await backUp(source, name, { ...options, job: `${who.slice(4)}${name}` }, work);
        assert.equal(entry.manifest.archive.header.encoding, encoding);
        assert.equal(entry.manifest.source.encoding, encoding);
        const live = await readLive(source, name, { application: 'test' }, work);
        assert.equal(live.header.encoding, encoding);
        assert.equal(live.tables[0]?.digest, entry.manifest.tables[0]?.digest);
      }
      await server.sql(
        'postgres',
        'alter role postgres reset all; alter database utf reset all; alter database ascii reset all',
      );
    });
  }

  it('a role that is named in the encoding of another database is called that, and not damage; renamed there it is no trouble', async () => {
    await server.sql('latin', 'create role "Jürgen"; create role "plain"');
    const [role] = await server.sql<{ oid: string }>('latin', `select oid from pg_roles where rolname = 'Jürgen'`);
    await server.sql('utf', 'create table owned (id int); create table granted (id int)');
    const backup = async (job: string): Promise<unknown> =>
      backUp(
        await openServer(server),
        'utf',
        { root, cluster: { alias: 'a', server: 'https://a' }, compress: 'none', asked: { by: 'me' }, job },
        work,
      );
    for (const [how, back] of [
      [`update pg_class set relowner = ${role?.oid} where relname = 'owned'`, `alter table owned owner to postgres`],
      [
        `update pg_class set relacl = array[makeaclitem(${role?.oid}, 10, 'SELECT', false)] where relname = 'granted'`,
        `update pg_class set relacl = null where relname = 'granted'`,
      ],
    ] as const) {
      await server.sql('utf', how);
      await assert.rejects(backup('role'), (error) => {
        assert.ok(isAppError(error, 'archive.roleName'), String(error));
        assert.match(JSON.stringify(error.data['entry']), /(owned|granted)"$/);
        const said = runningText(wordsFor(error.code, error.data, cliHints));
        assert.match(said, /RENAME TO/);
        return true;
      });
      await server.sql('latin', 'alter role "Jürgen" rename to juergen');
      await backup('renamed');
      await server.sql('latin', 'alter role juergen rename to "Jürgen"');
      await server.sql('utf', back);
    }
  });
});
