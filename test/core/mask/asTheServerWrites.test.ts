import assert from 'node:assert/strict';
import type { Major } from '../../lab/binaries';
import { startServer, type Server } from '../../lab/servers';
import { dumpOf, readBuffer, restoreInto } from '../postgres/archive/realArchives';
import { masked } from './maskedArchive';

/** Type, an expression over a number `i`, and a transformer for each column that there will be: `c0`, `c1`, … */
const columns: (readonly [type: string, value: string, transform: string])[] = [];
const add = (type: string, value: string, ...transforms: string[]): void => {
  for (const transform of transforms) columns.push([type, value, transform]);
};
const odd = `(array['plain ' || i, 'näme €' || i, E'tab\\there', E'quote " and \\\\ back', 'a,b(c){d}', 'NULL', ' blanks ', '', null, E'line\\nbreak', 'x@y.example.com'])[1 + i % 11]`;
const all = ['hash', 'email', 'name', 'redact', 'key', 'phone', 'iban', 'creditcard', 'ip', 'uuid', 'null'];
add('text', odd, ...all, 'date', 'number', 'fixed, value: "ä \\"x\\", {y}"');
add('varchar(40)', `left(${odd}, 40)`, ...all);
add('char(40)', odd, ...all, 'fixed, value: "ä"');
add('char(40)', `'4111 1111 1111 1111'`, 'creditcard');
add('name', odd, 'hash', 'name', 'redact');
add('citext', odd, 'hash', 'email', 'fixed, value: Ab');
add('"char"', `(array['a', 'b'])[1 + i % 2]::"char"`, 'hash');
add('smallint', '(i % 7) * 4000 - 12000', 'number', 'key', 'fixed, value: "-0012"');
add('int', 'i * 77777 % 2000000000 - 5000', 'number', 'key', 'phone');
add('bigint', '4111111111111111 + i', 'number', 'key', 'creditcard', 'fixed, value: 7');
add('numeric', '(i - 100) * 1.250', 'number', 'fixed, value: "-01.50"');
add('numeric(12,3)', 'i * i / 7.0', 'number', 'fixed, value: "-1.5"');
add('numeric(12,0)', 'i', 'key', 'number');
add(
  'real',
  `(array[i / 7.0, i * 1e30, -i * 1e-30, 'NaN', 1e6 + i, 0])[1 + i % 6]::real`,
  'number',
  'fixed, value: "1e20"',
);
add(
  'double precision',
  `(array[i / 7.0, i * 1e300, -i * 1e-300, 'Infinity', 1e15 + i, i * 1e14, 0.0001 / i, 1234567.25])[1 + i % 8]`,
  ...['number', 'fixed, value: "0.00001"'],
);
add('money', `((i - 50) * 123.45)::numeric::money`, 'number', 'fixed, value: "$1,000.00"');
add('boolean', 'i % 2 = 0', 'fixed, value: "true"');
add(
  'date',
  `(array[date '2024-02-29' + i, 'infinity', date '0044-03-15 BC' + i, date '12024-01-01' + i])[1 + i % 4]`,
  'date',
  'date, shift: id',
  'fixed, value: "2024-02-29"',
);
add(
  'timestamp',
  `timestamp '1999-12-31 23:59:59.5' + i * interval '1 day'`,
  'date',
  'fixed, value: "2024-01-01 10:00:00.500"',
);
add(
  'timestamptz',
  `(array[now() + i * interval '1 hour', '-infinity', '0044-03-15 10:00:00.25+00 BC'])[1 + i % 3]`,
  'date, days: 3',
  'fixed, value: "2024-01-01"',
);
add('uuid', `md5(i::text)::uuid`, 'uuid', 'fixed, value: "ABCDEFAB-0000-4000-8000-000000000000"');
const document = `jsonb_build_object('z', i, 'mail', 'p' || i || '@x.example.com', 'longer name', jsonb_build_array(i, 'näme "q" \\ ' || i, null, true, 1.50, -0.0), 'Ü' || i, '{"b": {"ä": 1, "aa": [{"n": "x", "deeper": {"k": "v", "a": ""}}]}, "": "empty"}'::jsonb, '10', E'tab\\t\\u0001', 'num', -i)`;
const paths = [
  'json, paths: {}',
  'json, paths: {"$.mail": email, "$.num": key, "$..aa": redact}',
  'json, paths: {"$.mail": hash, "**": keep}',
  'redact',
];
add(
  'jsonb',
  document,
  ...paths,
  'json, paths: {"$.b": null, "$.mail": {as: fixed, value: "ä"}}',
  'fixed, value: "{\\"bb\\": [1, 2.5, null], \\"a\\": \\"ö\\"}"',
);
add('json', `(${document})::json`, ...paths, 'fixed, value: "{\\"a\\":1}"');
add('xml', `xmlparse(content '<a>' || i || '</a>')`, 'redact', 'null', 'fixed, value: "<a>1</a>"');
add('bytea', `decode(md5(i::text), 'hex')`, 'hash', 'redact', 'fixed, value: "abc"');
add(
  'tsvector',
  `setweight(to_tsvector('simple', 'word' || i || ' and another''s word, three'), 'B') || 'zz'::tsvector`,
  'hash',
  'redact',
  'fixed, value: ""',
);
add(
  'inet',
  `(array['10.1.2.3', '10.1.0.0/16', '10.1.2.3/24', '2001:db8::1', 'fe80::1/64', '2001:db8::/32', '::1'])[1 + i % 7]::inet`,
  'ip',
  'redact',
  'fixed, value: 10.0.0.1',
);
add(
  'cidr',
  `(array['10.1.2.3', '10.1.0.0/16', '2001:db8::1', '2001:db8::/32', '::/0', '0.0.0.0/0'])[1 + i % 6]::cidr`,
  'ip',
  'redact',
  'fixed, value: 10.0.0.1',
);
add('macaddr', `'08:00:2b:01:02:03'`, 'ip', 'redact', 'fixed, value: "02:00:00:00:00:01"');
add('macaddr8', `'08:00:2b:01:02:03:04:05'`, 'ip', 'redact');
add('mood', `(array['calm', 'so so'])[1 + i % 2]::mood`, 'hash', 'fixed, value: so so');
add('mail', `'m' || i || '@example.com'`, 'email');
add(
  'text[]',
  `array[${odd}, 'two', '', null, 'null']`,
  'hash',
  'email',
  'name',
  'redact',
  'fixed, value: "{a,\\"b c\\",NULL}"',
);
add('text[][]', `array[array[${odd}, 'x'], array['y', ${odd}]]`, 'hash', 'name');
add('mails', `array['m' || i || '@example.com']::mails`, 'email');
add('jsonb[]', `array[${document}]`, 'json, paths: {"$.mail": email}');
add('mood[]', `array['calm', 'so so']::mood[]`, 'hash');
add('inet[]', `array['10.1.2.3'::inet, 'fe80::1']`, 'ip');
add('char(30)[]', `array[${odd}]`, 'hash');
const fields = 'record, fields: {street: redact, town: name, pets: hash, doc: {as: json, paths: {}}}';
add('place', `row(${odd}, 'Köln', i, array['a b', null], ${document}, 1.5)::place`, fields, 'null');
add('place[]', `array[row(${odd}, '', i, '{}', '[]', null)::place, null]`, fields);
add('hstore', `hstore('a', 'b')`, 'null', 'keep');
add('int[]', 'array[i, null]', 'number', 'keep');
add('interval', `i * interval '1 minute'`, 'keep', 'null');

const made = `
  create extension citext; create extension hstore; create type mood as enum ('calm', 'so so', 'other');
  create domain mail as text check (value ~ '@'); create domain mails as mail[];
  create type place as (street text, town varchar(40), doors int, pets text[], doc jsonb, n numeric(5,2));
  create table everything (id int primary key, ${columns.map(([type], at) => `c${at} ${type}`).join(', ')});
  insert into everything select i, ${columns.map(([, value]) => value).join(', ')} from generate_series(1, 400) i;
  create table generated (id int, t text, up text generated always as (upper(t)) stored, ts tsvector generated always as (to_tsvector('simple', t)) stored);
  insert into generated (id, t) select i, 'somebody ' || i from generate_series(1, 50) i;`;
const rules = `
definitions: keep
columns:
${columns.map(([, , transform], at) => `  - {match: "*.everything.c${at}", as: ${transform}}`).join('\n')}
  - {match: "*.generated.t", as: name}
`;

for (const major of [15, 18] as const satisfies readonly Major[]) {
  describe(`what masks make, and PostgreSQL ${major}`, function () {
    this.timeout(180_000);
    let server: Server;
    before(async () => {
      server = await startServer({ major });
      await server.sql('postgres', 'create database source');
      await server.sql('source', made);
    });
    after(async () => {
      await server.stop();
    });

    it(`it writes ${columns.length} columns of every type and transformer again as they were masked`, async () => {
      const { archive } = await masked(await dumpOf(server, 'source'), rules);
      await restoreInto(server, archive, 'target');
      const [before, after] = [await readBuffer(archive), await readBuffer(await dumpOf(server, 'target'))];
      const others = before.tables.filter((table) => {
        const again = after.tables.find(({ name }) => name === table.name);
        return again?.digest !== table.digest || again.rows !== table.rows;
      });
      if (others.length > 0) assert.fail(await differences());
      assert.equal(before.tables.find(({ name }) => name === 'everything')?.rows, 400);

      /** The columns that are not the same, by masking them alone. */
      async function differences(): Promise<string> {
        const found: string[] = [];
        for (const [at, [type, , transform]] of columns.entries()) {
          const table = async (of: Buffer): Promise<string[]> => {
            const lines = (await textOf(of)).split('\n');
            return lines.map((line) => line.split('\t')[at + 1] ?? '').sort();
          };
          const [left, right] = [await table(archive), await table(await dumpOf(server, 'target'))];
          const one = left.find((value, row) => value !== right[row]);
          const two = right.find((value, row) => value !== left[row]);
          if (one !== undefined) found.push(`${type} ${transform}: ${one} ≠ ${two ?? ''}`);
        }
        return found.join('\n');
      }
    });
  });
}

async function textOf(archive: Buffer): Promise<string> {
  const { readArchive } = await import('../../../src/core/postgres/archive/format/readArchive');
  const { inPieces } = await import('../postgres/archive/realArchives');
  const pieces: Buffer[] = [];
  let isIt = false;
  await readArchive(inPieces(archive), {
    tap: {
      table: () => void (isIt = pieces.length === 0),
      text: (piece) => {
        if (isIt) pieces.push(piece);
        return undefined;
      },
    },
  });
  return Buffer.concat(pieces).toString('latin1');
}
