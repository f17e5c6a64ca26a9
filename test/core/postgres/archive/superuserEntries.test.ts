import assert from 'node:assert/strict';
import type { TableOfContents, TocEntry } from '../../../../src/core/postgres/archive/format/readTableOfContents';
import { superuserEntries } from '../../../../src/core/postgres/archive/meaning/superuserEntries';

/** Whether a superuser would make a function of this definition. */
function isMade(definition: string): boolean {
  const bytes = Buffer.from(definition, 'latin1');
  const entry = { kind: 'FUNCTION', schema: 'public', name: 'f()', definitionAt: 0, definitionLength: bytes.length };
  const toc = { entries: [entry as TocEntry], bytes } as unknown as TableOfContents;
  return superuserEntries(toc, new Set())(entry as TocEntry);
}

describe('what a function reads while a superuser makes it', () => {
  const c = (head: string): string =>
    `CREATE FUNCTION public.f(${head}) RETURNS integer\n    LANGUAGE c\n    AS 'x', 'y';\n`;
  const sql = (body: string): string =>
    `CREATE FUNCTION public.f(a integer) RETURNS text\n    LANGUAGE sql LEAKPROOF\n    SET log_min_messages TO 'error', 'b'\n    ${body};\n`;

  for (const value of [
    ...['5', "'-1'::integer", 'true', 'NULL::public.d', "'x'::text", "'it''s, DEFAULT'::text", `'1'::"bit"`],
    ...["ARRAY['a'::text, 'b'::text]", "('a'::text || 'b'::character varying(3))", "'{1,2}'::integer[]", 'public.g(1)'],
    ...["'1 day'::interval", "('2020-01-01'::date)::public.d", "public.g('x'::text)", 'B\'1\'::"bit"'],
  ]) {
    it(`a superuser makes what holds ${value}`, () => {
      assert.ok(isMade(c(`a text DEFAULT ${value}`)), 'as a default');
      assert.ok(isMade(c(`a text = ${value}, b integer DEFAULT 1`)), 'as a default with a sign');
      assert.ok(isMade(sql(`RETURN ${value}`)), 'in a body');
    });
  }

  for (const value of [
    ...[
      "'{1}'::public.d[]",
      "'{1}'::public . d[]",
      `'{1}'::"Own"."d"[]`,
      "'x'",
      "'x' ::public.d",
      "ARRAY['1']::public.d[]",
    ],
    ...[
      "public.comp '(1)'::text",
      `public."comp" '(1)'::text`,
      'public . COMP $a$(1)$a$::text',
      "public.comp(1) '(1)'::text",
    ],
    ...["public.comp N'(1)'::text", "public.comp E'(1)'::text", "public.comp U&'(1)'::text", `'{1}'::U&"public".d[]`],
    ...[
      "CAST('{1}' AS public.d[])",
      "'{1'\n',2}'::public.d[]",
      '\'(1)\'::u&"public".comp',
      "'a'::text < '{1}'::public.d[]",
    ],
  ]) {
    it(`the loader makes what holds ${value}`, () => {
      assert.ok(!isMade(c(`a text DEFAULT ${value}`)), 'as a default');
      assert.ok(!isMade(c(`a text = ${value}, b integer DEFAULT 1`)), 'as a default with a sign');
      assert.ok(!isMade(sql(`RETURN ${value}`)), 'in a body');
    });
  }
});

describe('a type that a superuser makes', () => {
  const isOfSuperuser = (definition: string, shell = false): boolean => {
    const bytes = Buffer.from(definition, 'latin1');
    const entry = { kind: 'TYPE', schema: 'public', name: 'x', definitionAt: 0, definitionLength: bytes.length };
    const shells = shell ? [{ ...entry, kind: 'SHELL TYPE' }] : [];
    const toc = { entries: [...shells, entry] as TocEntry[], bytes } as unknown as TableOfContents;
    return superuserEntries(toc, new Set())(entry as TocEntry);
  };

  it('has a shell, a representation, or is a name alone that never became a type', () => {
    for (const name of ['public.x', '"a (b" . "AS"', 'x']) assert.ok(isOfSuperuser(`CREATE TYPE ${name};\n`), name);
    assert.ok(isOfSuperuser('CREATE TYPE public.x (\n    INTERNALLENGTH = 4,\n    INPUT = public.f\n);\n'));
    assert.ok(isOfSuperuser('CREATE TYPE public.x (\n    INPUT = public.f\n);\n', true));
    for (const other of [
      "AS ENUM (\n    'a'\n)",
      'AS (\n\ta integer\n)',
      'AS RANGE (\n    subtype = public.y\n)',
      ', y',
      '(x)',
    ])
      assert.ok(!isOfSuperuser(`CREATE TYPE public.x ${other};\n`), other);
    assert.ok(!isOfSuperuser('CREATE TYPE public.x;\nCREATE TYPE public.y;\n'));
  });
});
