import assert from 'node:assert/strict';
import { compareFingerprints, fingerprint, type Fingerprint } from './independent';
import { startLab, type Lab } from './lab';

describe('lab: the independent comparison', function () {
  this.timeout(120_000);
  let lab: Lab;
  let source: Fingerprint;
  before(async () => {
    lab = await startLab({ only: ['source', 'pg18'], scale: 0.02 });
    source = await seen('shop');
  });
  after(() => lab.close());

  it('calls a copy of the same database the same', async () => {
    assert.deepEqual(await differencesAfter('select 1'), []);
  });

  it('does not mind where rows stand', async () => {
    assert.deepEqual(await differencesAfter('update archive.twins set b = b where ctid < $$(0,100)$$'), []);
  });

  for (const [what, sql, expected] of [
    [
      'one cent',
      'alter table shop.orders disable trigger user; update shop.orders set total = total + 0.01, note = note where id = 7; alter table shop.orders enable trigger user',
      ['rows shop.orders'],
    ],
    [
      'a missing row',
      'delete from archive.twins where ctid = (select ctid from archive.twins limit 1)',
      ['rows archive.twins'],
    ],
    ['a doubled row', `insert into archive.twins values (1, 'same')`, ['rows archive.twins']],
    ['two doubled rows', `insert into archive.twins values (1, 'same'), (1, 'same')`, ['rows archive.twins']],
    ['an empty string for a NULL', `update corners.marks set t = '' where t is null`, ['rows corners.marks']],
    ['a value in the neighbouring column', 'update corners.base_b set b = added, added = b', ['rows corners.both']],
    ['a row without columns', 'insert into corners.three_nothings default values', ['rows corners.three_nothings']],
    ['a dropped index', 'drop index shop.orders_open', ['index shop.orders_open']],
    ['a lost grant', 'revoke usage on sequence shop.invoice_no from billing', ['owner and grants shop.invoice_no']],
    [
      'a lost grant on a column',
      'revoke update (note) on shop.orders from billing',
      ['column grants shop.orders.note'],
    ],
    [
      'another owner',
      'alter function shop.add owner to billing',
      ['function owner and grants shop.add(integer,integer)'],
    ],
    ['a sequence one further', `select nextval('shop.invoice_no')`, ['sequence value shop.invoice_no']],
    [
      'a sequence that was called',
      `select setval('corners.set_not_called', 55)`,
      ['sequence value corners.set_not_called'],
    ],
    ['a changed large object', `select lo_put(700003, 0, 'x')`, ['large object 700003']],
    [
      'a missing large object',
      'select lo_unlink(700003)',
      ['large object 700003', 'large object owner and grants 700003'],
    ],
    ['an enabled trigger', 'alter table shop.customers enable trigger sleeping', ['trigger shop.customers.sleeping']],
    ['a policy', 'drop policy own_orders on shop.orders', ['policy shop.orders.own_orders']],
    ['row security', 'alter table shop.orders disable row level security', ['relation shop.orders']],
    [
      'a default',
      'alter table archive.parent alter later drop default',
      ['column archive.parent.later', 'column archive.child.later'],
    ],
    [
      'a validated constraint',
      'update corners.rules_of_rows set b = -1; alter table corners.rules_of_rows validate constraint later_on',
      ['rows corners.rules_of_rows', 'constraint corners.later_on on corners.rules_of_rows'],
    ],
    [
      'a view',
      'create or replace view shop.open_orders as select o.id, c.name, o.total from shop.orders o join shop.customers c on c.id = o.customer',
      ['wording shop.open_orders'],
    ],
    [
      'a function',
      `create or replace function shop.add(a int, b int default 3) returns int language sql immutable as 'select a + b'`,
      ['function shop.add(integer,integer)'],
    ],
    [
      'a comment',
      'comment on constraint head on corners.departments is null',
      ['comment table constraint head on corners.departments'],
    ],
    [
      'default privileges',
      'alter default privileges for role shop_owner in schema shop revoke select on tables from shop_reader',
      ['default privileges shop_owner shop r'],
    ],
    [
      'statistics',
      'drop statistics shop.orders_stats',
      ['statistics shop.orders_stats', 'statistics owner shop.orders_stats'],
    ],
    [
      'a rule',
      'drop rule no_delete on archive.empty',
      ['rule archive.empty.no_delete', 'wording rule archive.empty.no_delete'],
    ],
    [
      'an unfilled view',
      'refresh materialized view shop.totals with no data',
      ['relation shop.totals', 'rows shop.totals'],
    ],
  ] as const) {
    it(`finds ${what}, and only that`, async () => {
      const lines = await differencesAfter(sql);
      assert.deepEqual(lines.map((line) => line.slice(0, line.indexOf(': '))).sort(), [...expected].sort());
    });
  }

  it('leaves owners and grants out where asked to', async () => {
    const options = { owners: false };
    const left = await seen('shop', options);
    await twin('alter table shop.orders owner to billing; revoke select on shop.customers from shop_reader');
    assert.deepEqual(compareFingerprints(left, await seen('twin', options)), []);
  });

  it('leaves the session as it was', async () => {
    const client = await lab.server('pg18').connect();
    await client.query(`set timezone = 'Asia/Tokyo'`);
    await fingerprint(client);
    assert.deepEqual((await client.query('show timezone')).rows, [{ TimeZone: 'Asia/Tokyo' }]);
    await client.end();
  });

  it('gives one text the same hash in LATIN1 and UTF8, on 15 and 18, whatever the settings of the databases', async () => {
    const text = `create table t (a text, b bytea, c timestamptz, d interval, e float8); insert into t values ('Übergröße', '\\x00ff', '2024-07-01 12:00+02', '1 day -2 hours', 0.1)`;
    const server = lab.server('source');
    await server.sql(
      'postgres',
      `create database latin template template0 encoding 'LATIN1' lc_collate 'C' lc_ctype 'C'`,
    );
    await server.sql(
      'postgres',
      `alter database latin set timezone = 'Europe/Berlin'; alter database latin set bytea_output = escape; alter database latin set datestyle = 'German'; alter database latin set extra_float_digits = 0`,
    );
    await server.sql('latin', text);
    await lab.server('pg18').sql('postgres', text);
    const rows = [
      (await seen('latin')).get('rows public.t'),
      (await seen('postgres', {}, 'pg18')).get('rows public.t'),
    ];
    assert.match(rows[0] ?? '', /^1 \d+$/);
    assert.equal(rows[0], rows[1]);
  });

  async function differencesAfter(sql: string): Promise<string[]> {
    await twin(sql);
    return compareFingerprints(source, await seen('twin'));
  }

  async function twin(sql: string): Promise<void> {
    const server = lab.server('source');
    await server.sql('postgres', 'drop database if exists twin');
    await server.sql('postgres', 'create database twin template shop');
    await server.sql('twin', sql);
  }

  async function seen(database: string, options = {}, place: 'source' | 'pg18' = 'source'): Promise<Fingerprint> {
    const client = await lab.server(place).connect(database);
    try {
      return await fingerprint(client, options);
    } finally {
      await client.end();
    }
  }
});
