import { factOf } from '../../tools/factOf';
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { backUp } from '../../../src/core/backup/backUp';
import type { BackupEntry } from '../../../src/core/catalog/manifest';
import { isAppError } from '../../../src/core/base/errors';
import type { Finding } from '../../../src/core/base/finding';
import { noLog } from '../../../src/core/base/log';
import { isTextIn } from '../../../src/core/postgres/archive/format/textOf';
import { compareDatabases } from '../../../src/core/compare/diff';
import { restore } from '../../../src/core/restore/restore';
import { startServer, type Server } from '../../lab/servers';
import { openServer } from '../openServer';

const work = { report: () => undefined, signal: new AbortController().signal, log: noLog };
const multibyte = ['UTF8', 'EUC_JP', 'EUC_JIS_2004', 'EUC_KR', 'EUC_CN', 'EUC_TW'];

/** `source` holds rows of these bytes (hex, as the source has them) in two tables; how many of each the target cannot hold; -1: no way between. */
const pairs: readonly { from: string; to: string; rows: readonly string[]; refused: number }[] = [
  { from: 'SQL_ASCII', to: 'UTF8', rows: ['61', 'e9e8ff', 'c3a9', 'c3', 'f09f9880'], refused: 2 },
  { from: 'SQL_ASCII', to: 'UTF8', rows: ['61', 'c3a9', 'e282ac'], refused: 0 },
  { from: 'SQL_ASCII', to: 'LATIN1', rows: ['e9e8ff', '80'], refused: 0 },
  { from: 'SQL_ASCII', to: 'EUC_KR', rows: ['b0a1', 'b0', 'c3a9', '61'], refused: 1 },
  { from: 'SQL_ASCII', to: 'EUC_JP', rows: ['8eb1', '8fb0a1', '8e61', '80a1'], refused: 2 },
  { from: 'UTF8', to: 'LATIN1', rows: ['c3a9', 'e282ac', '6120e282ac62', 'f09f9880'], refused: 3 },
  { from: 'UTF8', to: 'WIN1252', rows: ['c3a9', 'e282ac', 'f09f9880'], refused: 1 },
  { from: 'UTF8', to: 'EUC_JP', rows: ['e38182', 'c3a9', 'f09f9880'], refused: 1 },
  { from: 'LATIN2', to: 'UTF8', rows: ['b1', 'e9'], refused: 0 },
  { from: 'EUC_KR', to: 'LATIN1', rows: ['b0a1', '61'], refused: -1 },
  { from: 'UTF8', to: 'SQL_ASCII', rows: ['e282ac'], refused: 0 },
];

describe('text goes only where it can be read', function () {
  this.timeout(240_000);
  let server: Server;
  let root: string;
  let jobs = 0;

  before(async () => {
    root = await mkdtemp(path.join(tmpdir(), 'ferry-root-'));
    server = await startServer({ major: 16 });
  });
  after(async () => {
    await server.stop();
    await rm(root, { recursive: true, force: true });
  });
  afterEach(async () => {
    const sql = `select datname from pg_database where datname not in ('postgres', 'template0', 'template1')`;
    for (const { datname } of await server.sql<{ datname: string }>('postgres', sql))
      await server.sql('postgres', `drop database "${datname}" with (force)`);
  });

  async function make(name: string, encoding: string, rows: readonly string[] = []): Promise<void> {
    await server.sql('postgres', `create database ${name} template template0 encoding '${encoding}' locale 'C'`);
    const values = rows.map((hex) => `(convert_from('\\x${hex}', '${encoding}'))`).join(', ');
    if (rows.length > 0)
      await server.sql(
        name,
        `create schema s; create table s.t (v text); insert into s.t values ${values}; create table s.good as select 'plain'::text as v`,
      );
  }
  async function backup(name: string): Promise<BackupEntry> {
    const options = {
      ...{ root, cluster: { alias: 'a', server: 'https://a' }, compress: 'none' },
      ...{ job: `b${++jobs}`, asked: { by: 'me' } },
    };
    return (await backUp(await openServer(server), name, options, work)).entry;
  }
  const into = async (entry: BackupEntry, database: string, as: 'new' | 'replace'): Promise<readonly Finding[]> =>
    restore(
      { backup: entry, target: await openServer(server), database, as, job: `r${++jobs}`, cluster: 'a' },
      work,
    ).then(
      ({ findings }) => findings,
      (error: unknown) => {
        if (isAppError(error, 'restore.refused')) return error.data['findings'];
        throw error;
      },
    );

  for (const { from, to, rows, refused } of pairs) {
    it(`${from} into ${to}: ${refused < 0 ? 'no way' : `${refused} of ${rows.length} rows`}`, async () => {
      await make('source', from, rows);
      await make('target', to);
      const findings = await into(await backup('source'), 'target', 'replace');
      const blocks = findings.filter(({ level }) => level === 'block');
      if (refused === 0) assert.deepEqual(blocks, []);
      else if (refused < 0)
        assert.deepEqual(
          blocks.map(({ code }) => code),
          ['encoding.noConversion'],
        );
      else {
        assert.deepEqual(
          blocks.map(({ code }) => code),
          ['encoding.unreadable'],
        );
        assert.deepEqual(factOf(blocks[0], 'tables'), [{ table: 's.t', rows: refused }]);
      }
      const [kept] = await server.sql<{ n: string }>(
        'postgres',
        `select count(*) as n from pg_database where datname like 'target\\_\\_%'`,
      );
      assert.equal(Number(kept?.n), refused === 0 ? 1 : 0, 'what was live is as it was');
    });
  }

  it('a new database has the encoding of what was backed up, and the same bytes', async () => {
    await make('source', 'SQL_ASCII', ['e9e8ff']);
    await into(await backup('source'), 'fresh', 'new');
    const sql = `select pg_encoding_to_char(encoding) as e from pg_database where datname = 'fresh'`;
    assert.deepEqual(await server.sql('postgres', sql), [{ e: 'SQL_ASCII' }]);
  });

  it('databases of two encodings are compared by their characters', async () => {
    await make('source', 'LATIN1', ['e9', '61']);
    await make('target', 'UTF8', ['c3a9', '61']);
    const pod = await openServer(server);
    const compare = async (): Promise<string[]> => {
      const [left, right] = [
        { pod, database: 'source' },
        { pod, database: 'target' },
      ];
      const { differences } = await compareDatabases(left, right, `d${++jobs}`, work);
      return differences.map(({ kind }) => kind);
    };
    assert.deepEqual(await compare(), ['property']);
    await server.sql('target', `insert into s.t values ('€')`);
    assert.deepEqual(await compare(), ['rows', 'property']);
  });

  for (const [encoding, bytes, name] of [
    ['LATIN1', 'e9ff', 'größe'],
    ['WIN1252', '80e9', 'größe'],
    ['KOI8R', 'c1b3', 'имя'],
    ['LATIN2', 'b1e6', 'łąka'],
  ] as const) {
    it(`a backup in ${encoding} is compared by its characters with a database that has more of them`, async () => {
      await make('source', encoding, [bytes, '61']);
      await make('target', 'UTF8');
      const named = `create table s."${name}" ("${name}" text); insert into s."${name}" values ('${name}')`;
      await server.sql('source', named);
      const [text] = await server.sql<{ v: string }>('source', `select v from s.t where v <> 'a'`);
      const same = `create schema s; create table s.t (v text); insert into s.t values ('${text?.v ?? ''}'), ('a');
        create table s.good as select 'plain'::text as v; ${named}`;
      await server.sql('target', same);
      const entry = await backup('source');
      const pod = await openServer(server);
      const compare = async (): Promise<string[]> => {
        const { differences } = await compareDatabases(
          { backup: entry },
          { pod, database: 'target' },
          `d${++jobs}`,
          work,
        );
        return differences.map((one) => ('table' in one ? `${one.kind} ${one.table}` : one.kind));
      };
      assert.deepEqual(await compare(), ['property']);
      await server.sql('target', `update s.t set v = '✓' where v = 'a'; insert into s."${name}" values ('☃')`);
      assert.deepEqual((await compare()).sort(), ['content s.t', 'property', `rows s.${name}`]);
    });
  }

  it('what is text is what the server takes for it', async () => {
    await make('source', 'SQL_ASCII');
    let seed = 20;
    const random = (): number => (seed = (seed * 1103515245 + 12345) % 2147483648) / 2147483648;
    const leads = [0x41, 0x80, 0x8e, 0x8f, 0xa0, 0xa1, 0xc2, 0xe2, 0xed, 0xf0, 0xf4, 0xfe, 0xff];
    const samples = Array.from({ length: 1500 }, () =>
      Buffer.from(
        Array.from({ length: 1 + Math.floor(random() * 4) }, () => leads[Math.floor(random() * leads.length)] ?? 0),
      ),
    );
    for (const encoding of multibyte) {
      const fits = isTextIn(encoding);
      const said = await server.sql<{ sample: string; fits: boolean }>(
        'source',
        `create or replace function takes(bytes bytea) returns boolean language plpgsql as $$ begin
           perform length(bytes, '${encoding}'); return true; exception when others then return false; end $$;
         select sample, takes(decode(sample, 'hex')) as fits from unnest(array[${samples.map((one) => `'${one.toString('hex')}'`).join(',')}]) sample`,
      );
      const list = (said.at(-1) as unknown as { rows?: typeof said }).rows ?? said;
      for (const row of list) {
        if ((row as { sample?: string }).sample === undefined) continue;
        assert.equal(fits(Buffer.from(row.sample, 'hex')), row.fits, `${encoding} ${row.sample}`);
      }
    }
  });
});
