import { factOf } from '../../tools/factOf';
import assert from 'node:assert/strict';
import { isAppError } from '../../../src/core/base/errors';
import type { Finding } from '../../../src/core/base/finding';
import { readArchive } from '../../../src/core/postgres/archive/format/readArchive';
import { startServer, type Server } from '../../lab/servers';
import { dumpOf, inPieces, readBuffer, restoredText, restoreInto } from '../postgres/archive/realArchives';
import { masked, testKey } from './maskedArchive';

/** In every place that could hold words: each has a text of its own that must not be found again. */
const data = `
  create schema shop; create schema "my.schema";
  create type shop.mood as enum ('calm', 'canaryenum');
  create type shop.place as (street text, town varchar(30), doors int);
  create domain shop.mail as text check (value ~ '@');
  create domain shop.tags as text[];
  create table shop.users (
    id int primary key, email shop.mail not null unique, name text, phone varchar(20), iban varchar(34), card text, ip inet, birthday date,
    seen timestamptz, token uuid, bio text, secret bytea, tags shop.tags, mails text[] , home shop.place, feels shop.mood, profile jsonb, raw json,
    words tsvector, page xml, salary numeric(10,2), code char(12) unique, upper_mail text generated always as (upper(email)) stored, nick text default 'nobody', "last.Login ""at" text
  );
  create table shop.orders (id int primary key, user_mail shop.mail references shop.users (email), user_id int references shop.users, placed date, sum money, note text);
  create table shop.audit (id int, line text);
  create table shop.plain (id int primary key, n numeric, at timestamptz);
  create table shop.parent (id int, who text); create table shop.child (more text) inherits (shop.parent);
  create table shop.log (at date, who text) partition by range (at);
  create table shop.log_1 partition of shop.log for values from ('2024-01-01') to ('2025-01-01');
  create table "my.schema"."t""able" ("a.b" text, "c" text);
  create materialized view shop.towns as select (home).town as town, email from shop.users;
  create view shop.mails as select email from shop.users;
  create statistics shop.stats (dependencies) on name, phone from shop.users;
  create unique index on shop.users (lower(email));
  create sequence shop.numbers start 42;
  comment on table shop.users is 'canarycomment'; comment on column shop.users.bio is 'canarycolumn';
  insert into shop.users (id, email, name, phone, iban, card, ip, birthday, seen, token, bio, secret, tags, mails, home, feels, profile, raw, words, page, salary, code, "last.Login ""at")
  select i, 'canarymail' || i || '@example.com', 'Canaryname Surname' || i, '+49 170 555' || lpad(i::text, 4, '0'), 'DE89 3704 0044 0532 0130 00', '4111 1111 1111 1111',
    ('192.168.77.' || (i % 250))::inet, date '1980-01-01' + i, timestamptz '2024-02-03 04:05:06.789+00' + i * interval '1 hour', ('abcdefab-0000-4000-8000-' || lpad(i::text, 12, '0'))::uuid,
    E'canarybio\\twith tab\\nand line \\\\ backslash ' || i, convert_to('canarybytes', 'UTF8'), array['canarytag', 'canary "quoted" tag', null, ''],
    array['canaryarray' || i || '@example.com'], row('canarystreet "1"', 'canarytown', i)::shop.place, 'canaryenum',
    jsonb_build_object('user', jsonb_build_object('mail', 'canarymail' || i || '@example.com', 'age', 5), 'ip', '192.168.77.1', 'canarykey', 'canaryvalue', 'list', jsonb_build_array('canarylist', 1, null)),
    '{"a": "canaryjson", "n": 1.50, "deep": {"ip": "192.168.77.9"}, "esc": "canary\\u006abson \\"q\\""}', to_tsvector('simple', 'canarylexeme other'), '<p>canaryxml</p>',
    1000.50 + i, 'KD-' || lpad(i::text, 6, '0'), 'canarylogin'
  from generate_series(1, 300) i;
  insert into shop.users (id, email) values (1000, 'canaryempty@example.com');
  update shop.users set name = '', bio = '\\N', phone = '\\.' where id = 1000;
  insert into shop.orders select i, 'canarymail' || i || '@example.com', i, date '2024-01-01' + i, '12.50', 'canarynote' from generate_series(1, 300) i;
  insert into shop.audit select i, 'canaryaudit' from generate_series(1, 100) i;
  insert into shop.plain select i, i * 1.5, now() from generate_series(1, 100) i;
  insert into shop.parent values (1, 'canaryparent'); insert into shop.child values (2, 'canarychild', 'canarymore');
  insert into shop.log values ('2024-05-05', 'canarylog');
  insert into "my.schema"."t""able" values ('canarydot', 'kept'), (null, E'kept \\t too'), ('\\\\N', '');
  select setval('shop.numbers', 99); refresh materialized view shop.towns;
  do $$ begin perform lo_from_bytea(70001, convert_to('canaryobject', 'UTF8')); end $$;
  comment on large object 70001 is 'canaryobjectcomment';
`;

const rules = `
version: 1
default: deny
largeObjects: none
columns:
  - {match: "shop.users.email", as: email}
  - {match: "shop.orders.user_mail", as: email}
  - {match: "shop.users.name", as: name}
  - {match: "shop.users.phone", as: phone}
  - {match: "shop.users.iban", as: iban}
  - {match: "shop.users.card", as: creditcard}
  - {match: "shop.users.ip", as: ip}
  - {match: "shop.users.birthday", as: date, shift: id}
  - {match: "shop.users.seen", as: date, shift: id, days: 30}
  - {match: "shop.orders.placed", as: date, shift: user_id}
  - {match: "shop.users.token", as: uuid}
  - {match: "shop.users.bio", as: redact}
  - {match: "shop.users.secret", as: hash}
  - {match: "shop.users.tags", as: hash}
  - {match: "shop.users.mails", as: email}
  - match: "shop.users.home"
    as: record
    fields: {street: redact, town: name}
  - {match: "shop.users.feels", as: fixed, value: calm}
  - {match: "shop.users.profile", as: json, paths: {"$.user.mail": email, "$.user.age": redact, "$..ip": ip, "$.list": redact}}
  - {match: "shop.users.raw", as: json, paths: {"$.a": hash, "$..ip": ip, "$.esc": redact, "**": keep}}
  - {match: "shop.users.words", as: hash}
  - {match: "shop.users.page", as: null}
  - {match: "shop.users.salary", as: number, percent: 20}
  - {match: "shop.users.code", as: key}
  - {match: "shop.users.nick", as: keep}
  - {match: 'shop.users."last.Login ""at"', as: fixed, value: "never"}
  - {match: "shop.orders.note", as: redact}
  - {match: "shop.audit", rows: none}
  - {match: "shop.parent.who", as: name}
  - {match: "shop.child.more", as: redact}
  - {match: "shop.log.who", as: redact}
  - {match: '"my.schema"."t""able"."a.b"', as: hash}
  - {match: '"my.schema".*.c', as: keep}
`;

describe('a masked archive', () => {
  let server: Server;
  let archive: Buffer;

  before(async () => {
    server = await startServer({ major: 17 });
    await server.sql('postgres', 'create database source');
    await server.sql('source', data);
    archive = await dumpOf(server, 'source', '-Z', 'zstd:1');
  });

  after(async () => {
    await server.stop();
  });

  it('holds no value of what is masked, is whole for our reader, and is what the stock pg_restore restores', async () => {
    const result = await masked(archive, rules);
    const text = await restoredText(server, result.archive);
    const left = text.split('\n').filter((line) => /canary/i.test(line));
    // an enum's labels are its definition
    assert.deepEqual(left, ["    'canaryenum'"]);
    const reading = await readBuffer(result.archive);
    assert.deepEqual(
      reading.tables.map(({ name, rows }) => [name, name === 'audit' ? 0 : rows]),
      result.said.tables.map(({ name, rows }) => [name, name === 'audit' ? 0 : rows]),
    );
    const plain = (tables: typeof reading.tables): unknown => tables.find(({ name }) => name === 'plain');
    assert.deepEqual(plain(reading.tables), plain(result.said.tables));
    assert.deepEqual(result.said.emptied, ['shop.audit']);
    assert.equal(reading.largeObjects.count, 0);
    await restoreInto(server, result.archive, 'target');
    const found = await server.sql('target', checks);
    assert.deepEqual(found, [expected]);
    const emails = result.said.columns.find(({ column }) => column === 'email');
    assert.deepEqual(
      { changed: emails?.changed, stayed: emails?.stayed, nulls: emails?.nulls },
      { changed: 301, stayed: 0, nulls: 0 },
    );
    assert.deepEqual(
      result.said.columns.filter(({ as, stayed }) => stayed > 0 && as !== 'fixed').map(({ column }) => column),
      [],
    );
    assert.equal(result.said.leftOut['COMMENT'], 3);
  });

  it('is the same whatever pieces and packing it comes in, and another one under another key', async () => {
    const text = async (bytes: Buffer): Promise<string> =>
      (await restoredText(server, bytes)).replaceAll(/\\(?:un)?restrict \S+/g, '');
    const one = await text((await masked(archive, rules)).archive);
    for (const how of [
      { pieces: 977, packing: { method: 'none', level: 0 } },
      { pieces: 1 << 20, packing: { method: 'zstd', level: 3 } },
    ] as const) {
      assert.equal(await text((await masked(archive, rules, how)).archive), one);
    }
    for (const packed of ['none', 'gzip:1', 'lz4']) {
      const other = await dumpOf(server, 'source', `--compress=${packed}`);
      assert.equal(await text((await masked(other, rules, { pieces: 4099 })).archive), one);
    }
    const otherKey = await masked(archive, rules, { key: Buffer.from(testKey).fill(1, 0, 1) });
    const mails = (sql: string): string[] => sql.match(/\S+@masked\.invalid/g) ?? [];
    const before = new Set(mails(one));
    assert.ok(before.size > 300);
    assert.deepEqual(
      mails(await text(otherKey.archive)).filter((mail) => before.has(mail)),
      [],
    );
  });

  it('is refused before a byte is written where a column has no rule, which is named', async () => {
    const without = rules
      .split('\n')
      .filter((line) => !/bio|shop\.child\.more|feels|\.words|"my\.schema"\.\*/.test(line))
      .join('\n');
    const refused = await refusedFor(without);
    const uncovered = factOf(
      refused.find(({ code }) => code === 'mask.uncovered'),
      'columns',
    );
    assert.deepEqual(uncovered, [
      { table: 'my.schema.t"able', column: 'c', type: 'text' },
      { table: 'shop.child', column: 'more', type: 'text' },
      { table: 'shop.users', column: 'bio', type: 'text' },
      { table: 'shop.users', column: 'feels', type: 'enum' },
      { table: 'shop.users', column: 'words', type: 'tsvector' },
    ]);
  });

  it('is refused where rules cannot be kept: unique, NULL, keys of partitions, foreign keys, types, lengths', async () => {
    const changed = (from: RegExp, to: string): string => {
      assert.match(rules, from);
      return rules.replace(from, to);
    };
    const cases: [string, RegExp, string][] = [
      ['mask.unique', /(users\.email", as: )email/, '$1name'],
      ['mask.notNull', /(users\.email", as: )email/, '$1null'],
      ['mask.reference', /(users\.email", as: )email/, '$1hash'],
      ['mask.referencesNone', /columns:\n/, 'columns:\n  - {match: "shop.users", rows: none}\n'],
      ['mask.partitionKey', /columns:\n/, 'columns:\n  - {match: "shop.log.at", as: date}\n'],
      ['mask.unfit', /(users\.page", as: )null/, '$1email'],
      ['mask.unfit', /(users\.code", as: )key/, '$1email'],
      ['mask.unfit', /value: calm/, 'value: happy'],
      ['mask.unfit', /street: redact, /, ''],
      ['mask.subject', /shift: id, days/, 'shift: gone, days'],
      ['mask.largeObjects', /largeObjects: none/, ''],
    ];
    for (const [code, from, to] of cases) {
      const refused = await refusedFor(changed(from, to));
      assert.ok(
        refused.some((finding) => finding.code === code && finding.level === 'block'),
        `${code}: ${JSON.stringify(refused)}`,
      );
    }
  });

  it('keeps large objects where the rules say so', async () => {
    const kept = await masked(archive, rules.replace('largeObjects: none', 'largeObjects: keep'));
    const reading = await readArchive(inPieces(kept.archive));
    assert.deepEqual(reading.largeObjects, kept.said.largeObjects);
    assert.equal(reading.largeObjects.count, 1);
    assert.doesNotMatch(await restoredText(server, kept.archive), /canaryobjectcomment/);
  });

  it('is refused where a definition holds what looks like somebody: a default, a check, a function, a name', async () => {
    await server.sql(
      'source',
      `create function shop.f() returns text language sql as $f$ select 'boss@example.com' $f$;
       alter table shop.plain add column owner int default length('real.person@example.com')`,
    );
    const changed = await dumpOf(server, 'source');
    const refused = await refusedFor(rules, changed);
    const definitions = factOf(
      refused.find(({ code }) => code === 'mask.definitions'),
      'definitions',
    );
    assert.deepEqual(definitions, [
      { kind: 'FUNCTION', schema: 'shop', name: 'f()', kinds: ['email'] },
      { kind: 'TABLE', schema: 'shop', name: 'plain', kinds: ['email'] },
    ]);
    await masked(changed, rules.replace('version: 1', 'definitions: keep'));
  });

  async function refusedFor(text: string, of = archive): Promise<readonly Finding[]> {
    let handed = 0;
    const error: unknown = await masked(of, text).then(
      () => (handed = 1),
      (thrown: unknown) => thrown,
    );
    assert.equal(handed, 0);
    assert.ok(isAppError(error, 'mask.refused'), String(error));
    return error.data['findings'];
  }
});

const checks = `select
  (select count(*)::int from shop.users u join shop.orders o on o.user_mail = u.email and o.user_id = u.id) as joined,
  (select count(distinct email)::int from shop.users) as mails,
  (select count(*)::int from shop.users where email !~ '^[a-z2-7]{16}@masked\\.invalid$') as "otherMails",
  (select count(*)::int from shop.users where upper_mail <> upper(email)) as "generatedApart",
  (select count(distinct code)::int from shop.users where code ~ '^[A-Z]{2}-[0-9]{6} *$') as codes,
  (select count(distinct phone)::int from shop.users where phone ~ '^\\+[1-9]\\d \\d{3} \\d{7}$') as phones,
  (select count(*)::int from shop.users where birthday = date '1980-01-01' + id) as "sameBirthday",
  (select count(*)::int from shop.users u join shop.orders o on o.user_id = u.id where (o.placed - date '2024-01-01' - u.id) <> (u.birthday - date '1980-01-01' - u.id)) as "shiftedApart",
  (select count(*)::int from shop.users where seen::time <> (timestamptz '2024-02-03 04:05:06.789+00' + id * interval '1 hour')::time) as "otherTime",
  (select count(*)::int from shop.users where salary between (1000.5 + id) * 0.8 - 1 and (1000.5 + id) * 1.2 + 1 and salary <> 1000.5 + id) as salaries,
  (select count(*)::int from shop.towns) as towns, (select count(*)::int from shop.towns where town ~* 'canary') as "oldTowns",
  (select count(*)::int from shop.users where profile #>> '{user,mail}' <> email or (profile #>> '{user,age}') <> '[redacted]' or profile ->> 'ip' = raw #>> '{deep,ip}') as "documentsApart",
  (select array_agg(distinct profile -> 'list') from shop.users where id < 1000)::text as list,
  (select count(*)::int from shop.users where profile #>> '{user,mail}' = email) as "documentsJoined",
  (select array_agg(distinct regexp_replace(k, '^k[a-z2-7]{13}$', 'k') order by regexp_replace(k, '^k[a-z2-7]{13}$', 'k')) from shop.users, jsonb_object_keys(profile) k)::text as names,
  (select raw ->> 'n' from shop.users where id = 1) as number,
  (select count(*)::int from shop.users where mails[1] ~ 'masked.invalid' and cardinality(tags) = 4 and tags[3] is null and tags[4] = '') as arrays,
  (select count(*)::int from shop.users where (home).doors = id and (home).street = '[redacted]') as homes,
  (select count(*)::int from shop.users where octet_length(secret) = 16) as secrets,
  (select count(*)::int from shop.users where words @@ 'canarylexeme') as lexemes,
  (select concat(name = '', bio, phone ~ '^[a-z2-7]{20}$') from shop.users where id = 1000) as odd,
  (select string_agg(concat(c), '|' order by c) from "my.schema"."t""able") as kept,
  (select last_value::int from shop.numbers) as sequence,
  (select count(*)::int from pg_statistic_ext) as statistics,
  (select count(*)::int from shop.audit) as audit
`;

const expected = {
  ...{ joined: 300, mails: 301, otherMails: 0, generatedApart: 0, codes: 300, phones: 300, sameBirthday: 0 },
  ...{ shiftedApart: 0, otherTime: 0, salaries: 300, towns: 301, oldTowns: 0, documentsApart: 0 },
  ...{
    list: '{"[\\"[redacted]\\", \\"[redacted]\\", null]"}',
    documentsJoined: 300,
    names: '{ip,k,list,user}',
    number: '1.50',
    arrays: 300,
    homes: 300,
    secrets: 300,
  },
  ...{ lexemes: 0, odd: 't[redacted]t', kept: '|kept|kept \t too', sequence: 99, statistics: 1, audit: 0 },
};
