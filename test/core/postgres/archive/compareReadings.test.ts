import assert from 'node:assert/strict';
import { compareReadings } from '../../../../src/core/postgres/archive/compare/compareReadings';
import type { ArchiveReading, Comparison } from '../../../../src/core/postgres/archive/reading';
import type { Major } from '../../../lab/binaries';
import { startServer, type Server } from '../../../lab/servers';
import { dumpOf, readBuffer, restoreInto, serverWithData } from './realArchives';

/** One change each, made in a restored copy, and what the comparison must say. */
const changes: readonly (readonly [string, string, unknown])[] = [
  [
    'one cent',
    `update orders set amount = amount + 0.01 where id = 17`,
    { kind: 'content', table: 'public.orders', rows: 4000 },
  ],
  [
    'a missing row',
    `delete from orders where id = 17`,
    { kind: 'rows', table: 'public.orders', left: 4000, right: 3999 },
  ],
  [
    'a doubled row',
    `insert into child (c, a, b) values (1, 2, 'x')`,
    { kind: 'rows', table: 'public.child', left: 2, right: 3 },
  ],
  [
    'two rows that changed a value',
    `update orders o set amount = (select amount from orders p where p.id = 11 - o.id) where id in (5, 6)`,
    { kind: 'content', table: 'public.orders', rows: 4000 },
  ],
  ['a dropped index', `drop index orders_customer`, definition('INDEX', 'public.orders_customer', 'missing right')],
  ['a new index', `create index extra on orders (at)`, definition('INDEX', 'public.extra', 'missing left')],
  ['a lost grant', `revoke select on orders from reader`, definition('ACL', 'public.TABLE orders', 'missing right')],
  ['another owner', `alter table parent owner to app`, definition('TABLE', 'public.parent', 'changed')],
  [
    'a sequence off by one',
    `select setval('orders_id_seq', 4712, true)`,
    { kind: 'sequence', sequence: 'public.orders_id_seq', left: '4711', right: '4712' },
  ],
  [
    'a sequence not called',
    `select setval('orders_id_seq', 4711, false)`,
    { kind: 'sequence', sequence: 'public.orders_id_seq', left: '4711', right: '4711 (not called)' },
  ],
  ['a large object changed', `select lo_put(78, 0, 'y')`, { kind: 'largeObjects', left: 3, right: 3, what: 'content' }],
  [
    'a view worded otherwise',
    `create or replace view big_orders as select * from orders where amount > 101`,
    definition('VIEW', 'public.big_orders', 'changed'),
  ],
  [
    'a function',
    `create or replace function twice(i int) returns int language sql as 'select 3 * i'`,
    definition('FUNCTION', 'public.twice(integer)', 'changed'),
  ],
  ['a policy', `alter policy own on orders to app`, definition('POLICY', 'public.orders own', 'changed')],
  [
    'default privileges',
    `alter default privileges for role app in schema public revoke select on tables from reader`,
    definition('DEFAULT ACL', 'public.DEFAULT PRIVILEGES FOR TABLES', 'missing right'),
  ],
  ['a comment', `comment on table orders is null`, definition('COMMENT', 'public.TABLE orders', 'missing right')],
];

for (const major of [15, 18] as const satisfies readonly Major[]) {
  describe(`compareReadings, PostgreSQL ${major}`, function () {
    this.timeout(120_000);
    let server: Server;
    let archive: Buffer;
    let source: ArchiveReading;
    before(async () => {
      server = await serverWithData(major);
      archive = await dumpOf(server, 'odd');
      source = await readBuffer(archive);
      await server.sql(
        'postgres',
        `comment on database odd is 'not carried over'; alter database odd set work_mem = '8MB'`,
      );
      await restoreInto(server, archive, 'restored');
    });
    after(() => server.stop());

    const compareWithCopy = async (statement?: string): Promise<Comparison> => {
      await server.sql('postgres', 'create database changed template restored');
      try {
        if (statement !== undefined) await server.sql('changed', statement);
        return compareReadings(
          source,
          await readBuffer(await dumpOf(server, 'changed', '-Z', major === 15 ? '0' : 'lz4')),
        );
      } finally {
        await server.sql('postgres', 'drop database changed');
      }
    };

    it('a restored copy is equal; a child table with its columns in another order is a note', async () => {
      const comparison = await compareWithCopy();
      assert.deepEqual(comparison.differences, []);
      assert.equal(comparison.equal, true);
      assert.equal(comparison.tables, source.tables.length);
      assert.equal(
        comparison.rows,
        source.tables.reduce((sum, table) => sum + table.rows, 0),
      );
      assert.deepEqual(comparison.notes, [
        { code: 'columnOrder', data: { table: 'public.child', left: ['c', 'a', 'b'], right: ['a', 'b', 'c'] } },
      ]);
    });

    for (const [what, statement, difference] of changes) {
      it(`finds ${what}`, async () => {
        const comparison = await compareWithCopy(statement);
        assert.equal(comparison.equal, false);
        assert.deepEqual(comparison.differences, [difference]);
      });
    }

    it('finds large objects that came, went, and changed places', async () => {
      const what = async (statement: string): Promise<unknown> => {
        const { differences } = await compareWithCopy(statement);
        return differences.find((difference) => difference.kind === 'largeObjects');
      };
      assert.deepEqual(await what(`select lo_unlink(78)`), { kind: 'largeObjects', left: 3, right: 2, what: 'count' });
      const moved = await what(`select lo_unlink(78), lo_from_bytea(79, 'x')`);
      assert.deepEqual(moved, { kind: 'largeObjects', left: 3, right: 3, what: 'oids' });
      const swapped = await what(`select lo_truncate(lo_open(78, 131072), 0), lo_put(77, 0, 'x')`);
      assert.deepEqual(swapped, { kind: 'largeObjects', left: 3, right: 3, what: 'content' });
    });

    it('refuses to compare digests of two kinds: all of them would differ', () => {
      const digest = source.digest === 2 ? 1 : 2;
      assert.throws(() => compareReadings(source, { ...source, digest }), { code: 'internal' });
    });

    it('finds a table, a column and a sequence that came or went', async () => {
      const gone = await compareWithCopy(
        `drop table nothing_in_it; create table new_one (a int); create sequence new_ids start 7; drop sequence orders_id_seq cascade`,
      );
      assert.deepEqual(
        gone.differences.filter((difference) => difference.kind === 'sequence'),
        [
          { kind: 'sequence', sequence: 'public.orders_id_seq', left: '4711' },
          { kind: 'sequence', sequence: 'public.new_ids', right: '7 (not called)' },
        ],
      );
      const tables = gone.differences.filter((difference) => difference.kind === 'table');
      assert.deepEqual(tables, [
        { kind: 'table', table: 'public.nothing_in_it', missing: 'right' },
        { kind: 'table', table: 'public.new_one', missing: 'left' },
      ]);
      const { differences } = await compareWithCopy('alter table nothing_in_it rename b to c');
      assert.deepEqual(differences[0], {
        kind: 'columns',
        table: 'public.nothing_in_it',
        left: ['a', 'b'],
        right: ['a', 'c'],
      });
    });

    it('columns that changed places by hand are a note, also beside a difference in rows', async () => {
      const remade = `drop table nothing_in_it; create table nothing_in_it (b text, a int)`;
      const same = await compareWithCopy(remade);
      assert.deepEqual(same.differences, []);
      assert.ok(
        same.notes.some((note) => note.code === 'columnOrder' && note.data['table'] === 'public.nothing_in_it'),
      );
      const more = await compareWithCopy(`${remade}; insert into nothing_in_it values ('x', 1)`);
      assert.deepEqual(
        more.differences.map((difference) => difference.kind),
        ['rows'],
      );
    });

    it('leaves out what was left out on purpose, and says so', async () => {
      const dump = await dumpOf(server, 'restored', '--no-acl', '--no-publications', '--no-owner');
      const bare = await readBuffer(dump);
      assert.equal(compareReadings(source, bare).equal, false);
      const comparison = compareReadings(source, bare, { ignore: { owners: true, acls: true, publications: true } });
      assert.deepEqual(comparison.differences, []);
      const kinds = comparison.notes.filter((note) => note.code === 'leftOut').map((note) => note.data['kind']);
      assert.ok(kinds.includes('ACL') && kinds.includes('PUBLICATION'), JSON.stringify(kinds));
      // only the side that was made without them may lack them
      const ignore = { owners: true, acls: true, publications: true };
      assert.deepEqual(compareReadings(source, bare, { ignore: { ...ignore, made: 'right' } }).differences, []);
      const lost = compareReadings(source, bare, { ignore: { ...ignore, made: 'left' } }).differences;
      assert.ok(lost.some((one) => one.kind === 'definition' && one.what === 'PUBLICATION'));
      assert.ok(lost.some((one) => one.kind === 'definition' && one.what === 'ACL'));
    });

    it('what is there although it was left out is compared', async () => {
      await server.sql('postgres', 'create database without template restored');
      await server.sql(
        'without',
        `drop publication changes; create publication other; revoke all on orders from reader; grant select on child to app`,
      );
      const without = await readBuffer(await dumpOf(server, 'without'));
      await server.sql('postgres', 'drop database without');
      const ignore = { acls: true, publications: true, made: 'right' } as const;
      const { differences, notes } = compareReadings(source, without, { ignore });
      assert.deepEqual(
        differences
          .map((one) => (one.kind === 'definition' ? `${one.what} ${one.name} ${one.change}` : one.kind))
          .sort(),
        [
          'ACL public.TABLE child missing left',
          'PUBLICATION TABLE public.changes orders missing right',
          'PUBLICATION changes missing right',
          'PUBLICATION other missing left',
        ],
      );
      assert.deepEqual(
        notes.filter(({ code }) => code === 'leftOut'),
        [{ code: 'leftOut', data: { kind: 'ACL', count: 1, names: ['TABLE orders'] } }],
      );
    });
  });
}

describe('compareReadings across majors', function () {
  this.timeout(120_000);
  it('compares rows, sequences, large objects and definitions', async () => {
    const old = await serverWithData(15);
    const young = await startServer({ major: 18 });
    try {
      const archive = await dumpOf(old, 'odd');
      await young.sql('postgres', 'create role app; create role "odd ""role"; create role reader');
      await restoreInto(young, archive, 'odd');
      const left = await readBuffer(archive);
      const right = await readBuffer(await dumpOf(young, 'odd'));
      const comparison = compareReadings(left, right);
      assert.deepEqual(comparison.differences, []);
      assert.deepEqual(
        comparison.notes.map((note) => note.code),
        ['columnOrder'],
      );
      await young.sql('odd', `select lo_put(78, 0, 'y'); delete from no_columns`);
      const changed = compareReadings(left, await readBuffer(await dumpOf(young, 'odd')));
      assert.deepEqual(
        changed.differences.map((difference) => difference.kind),
        ['rows', 'largeObjects'],
      );
      const [index] = await young.sql<{ name: string }>(
        'odd',
        `select c.oid::regclass::text as name from pg_class c join pg_index i on i.indexrelid = c.oid left join pg_constraint k on k.conindid = c.oid
         where c.relnamespace <> 'pg_catalog'::regnamespace and c.relkind = 'i' and k.oid is null and c.oid > 16383 and c.relname !~ '^pg_' limit 1`,
      );
      assert.ok(index);
      await young.sql('odd', `drop index ${index.name}`);
      const without = compareReadings(left, await readBuffer(await dumpOf(young, 'odd')));
      assert.ok(without.differences.some((one) => one.kind === 'definition' && one.what === 'INDEX'));
    } finally {
      await Promise.all([old.stop(), young.stop()]);
    }
  });
});

function definition(what: string, name: string, change: string): unknown {
  return { kind: 'definition', what, name, change };
}
