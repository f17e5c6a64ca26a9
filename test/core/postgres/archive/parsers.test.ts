import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parseCopyStatement } from '../../../../src/core/postgres/archive/format/copyStatement';
import { decoderOf } from '../../../../src/core/postgres/archive/format/encoding';
import { namedRoles } from '../../../../src/core/postgres/archive/meaning/namedRoles';
import { quoteIdentifier } from '../../../../src/core/postgres/sql/quote';

describe('parseCopyStatement', () => {
  const parsed = (text: string): unknown => {
    const copy = parseCopyStatement(Buffer.from(text));
    return copy && [copy.schema.toString(), copy.table.toString(), copy.columns.map(String)];
  };

  it('reads what pg_dump writes', () => {
    assert.deepEqual(parsed('COPY public.t (a, "b c") FROM stdin;\n'), ['public', 't', ['a', 'b c']]);
    assert.deepEqual(parsed('COPY public.no_columns  FROM stdin;\n'), ['public', 'no_columns', []]);
    assert.deepEqual(parsed('COPY "S.x"."T ""(y" ("a, ""b") FROM stdin;\n'), ['S.x', 'T "(y', ['a, "b']]);
  });

  it('reads any quoted name', () => {
    const name = fc.string({ minLength: 1 });
    fc.assert(
      fc.property(name, name, fc.array(name, { minLength: 1 }), (schema, table, columns) => {
        const list = columns.map(quoteIdentifier).join(', ');
        const statement = `COPY ${quoteIdentifier(schema)}.${quoteIdentifier(table)} (${list}) FROM stdin;\n`;
        const texts = [schema, table, columns].flat().map((text) => Buffer.from(text).toString());
        assert.deepEqual((parsed(statement) as string[]).flat(), texts);
      }),
    );
  });

  it('refuses anything else', () => {
    for (const text of [
      '',
      'COPY t FROM stdin;\n',
      'COPY a.b (c FROM stdin;\n',
      'COPY a."b (c) FROM stdin;\n',
      'INSERT INTO',
    ]) {
      assert.equal(parseCopyStatement(Buffer.from(text)), undefined, text);
    }
    assert.equal(parseCopyStatement(Buffer.from('COPY a.b (c) FROM stdin;\nCOPY')), undefined);
  });
});

describe('namedRoles', () => {
  for (const [kind, definition, roles] of [
    ['ACL', 'GRANT SELECT ON TABLE public."from TO x" TO "odd ""role" WITH GRANT OPTION;\n', ['odd "role']],
    ['ACL', 'REVOKE ALL ON SCHEMA public FROM PUBLIC;\nGRANT ALL ON SCHEMA public TO app;\n', ['app']],
    [
      'ACL',
      'SET SESSION AUTHORIZATION boss;\nGRANT ALL ON TABLE s.t TO app;\nRESET SESSION AUTHORIZATION;\n',
      ['boss', 'app'],
    ],
    ['ACL', 'GRANT ALL ON FUNCTION s.f("to" integer, b text) TO app;', ['app']],
    ['DEFAULT ACL', 'ALTER DEFAULT PRIVILEGES FOR ROLE a IN SCHEMA s GRANT SELECT ON TABLES  TO "B b";', ['a', 'B b']],
    ['POLICY', 'CREATE POLICY p ON s.t FOR SELECT TO a, "b, c" USING ((x = \'TO d\'::text));', ['a', 'b, c']],
    ['POLICY', 'CREATE POLICY p ON s.t USING ((SELECT 1 FROM x WHERE a IS NOT NULL));', []],
    ['USER MAPPING', 'CREATE USER MAPPING FOR app SERVER remote OPTIONS (\n    "user" \'x\'\n);', ['app']],
    ['TABLE', 'CREATE TABLE x (a int); -- TO y', []],
  ] as const) {
    it(`${kind}: ${definition.slice(0, 60).trim()}`, () => assert.deepEqual(namedRoles(kind, definition), roles));
  }
});

describe('decoderOf', () => {
  it('knows the names of PostgreSQL', () => {
    const bytes = Buffer.from([0x61, 0xe4]);
    for (const encoding of ['LATIN1', 'LATIN9', 'WIN1252', 'SQL_ASCII', 'ISO_8859_9', 'MULE_INTERNAL']) {
      assert.equal(decoderOf(encoding)(bytes), 'aä', encoding);
    }
    assert.equal(decoderOf('LATIN1')(Buffer.from('ä')), 'Ã¤');
    assert.equal(decoderOf('UTF8')(Buffer.from('ä€')), 'ä€');
    assert.equal(decoderOf('SQL_ASCII')(Buffer.from('ä€')), 'ä€');
    assert.equal(decoderOf('EUC_JP')(Buffer.from([0xa4, 0xa2])), 'あ');
    assert.equal(decoderOf('ISO_8859_5')(Buffer.from([0xb0])), 'А');
    assert.equal(decoderOf('KOI8R')(Buffer.from([0xe1])), 'А');
  });
});
