import assert from 'node:assert/strict';
import fc from 'fast-check';
import { meaningOf } from '../../../../src/core/postgres/archive/meaning/meaning';
import type { Major } from '../../../lab/binaries';
import { startServer, type Server } from '../../../lab/servers';
import { condition, gridSql, mutated } from './expressions';

const majors = [15, 16, 18] as const satisfies readonly Major[];
const seed = Number(process.env['SEED'] ?? 20261130);
/** how many expressions go round on each server, and how many mutations of each are judged; more with MEANINGS=… */
const many = Number(process.env['MEANINGS'] ?? 300);

const meaning = (expression: string): string => meaningOf('CHECK CONSTRAINT', expression).text;

describe('meaningOf', () => {
  it('of a policy does not know the order in which a server names its roles, and knows the roles', () => {
    const policy = (roles: string, rest = ' USING ((owner = CURRENT_USER))'): string =>
      meaningOf('POLICY', `CREATE POLICY own ON public.f FOR SELECT TO ${roles}${rest};\n`).text;
    for (const rest of ['', ' WITH CHECK ((a > 1))', undefined]) {
      assert.equal(policy('clerk, "To", auditor', rest), policy('"To", auditor, clerk', rest));
      assert.notEqual(policy('clerk, auditor', rest), policy('clerk, auditor, "To"', rest));
      assert.notEqual(policy('clerk, "Clerk"', rest), policy('clerk, clerk', rest));
    }
    assert.notEqual(policy('a, b', ' USING ((c = d))'), policy('a, b', ' USING ((d = c))'));
    const every = (roles: string): string => meaningOf('POLICY', `CREATE POLICY own ON public.f${roles};`).text;
    assert.notEqual(every(''), every(' TO a'));
  });

  it('of a table knows the names of NOT NULL, but none that a server makes of a table and the column', () => {
    const table = (name: string, element: string): readonly string[] => {
      const sql = `CREATE TABLE public.${name} (\n    "A b" date NOT NULL,\n    ${element}\n)\nPARTITION BY RANGE (at);\n`;
      const { text, parts = [] } = meaningOf('TABLE', sql);
      return [text, ...parts];
    };
    for (const [name, first] of [
      ['p', 'p_at_not_null'],
      ['"P ""q"', '"P ""q_at_not_null"'],
    ] as const) {
      const counted = (by: string): string => (first.endsWith('"') ? `${first.slice(0, -1)}${by}"` : `${first}${by}`);
      for (const given of [...['', '1', '2', '10'].map(counted), 'parent_at_not_null', '"The old_at_not_null3"']) {
        assert.deepEqual(table(name, `at date CONSTRAINT ${given} NOT NULL`), table(name, 'at date NOT NULL'));
        assert.deepEqual(table(name, `CONSTRAINT ${given} NOT NULL at`), table(name, 'NOT NULL at'));
      }
      for (const other of [counted('x'), counted('01'), '_at_not_null', 'p_id_not_null1', 'at_not_null', 'at_there']) {
        assert.notDeepEqual(
          table(name, `at date CONSTRAINT ${other} NOT NULL`),
          table(name, 'at date NOT NULL'),
          other,
        );
        assert.notDeepEqual(table(name, `CONSTRAINT ${other} NOT NULL at`), table(name, 'NOT NULL at'), other);
      }
      const domain = (not: string): string => meaningOf('DOMAIN', `CREATE DOMAIN public.d AS integer ${not};\n`).text;
      assert.equal(domain('CONSTRAINT d_not_null1 NOT NULL'), domain('NOT NULL'));
      assert.notEqual(domain('CONSTRAINT d_there NOT NULL'), domain('NOT NULL'));
      const check = `CONSTRAINT ${counted('1')} CHECK (at IS NOT NULL)`;
      assert.notDeepEqual(table(name, check), table(name, check.replace(counted('1'), counted('2'))));
    }
  });
});

describe('meaningOf, as an older server says it', () => {
  const older = (kind: string, sql: string): string => {
    const { text, older: said = text } = meaningOf(kind, sql);
    return said;
  };
  const seven = 'SELECT,INSERT,DELETE,REFERENCES,TRIGGER,TRUNCATE,UPDATE';
  const grants = (privileges: string): readonly string[] => [
    ...['', ' WITH GRANT OPTION'].map((option) => `GRANT ${privileges} ON TABLE public.t TO bob${option};\n`),
    ...['', 'GRANT OPTION FOR '].map((option) => `REVOKE ${option}${privileges} ON TABLE public.t FROM bob;\n`),
    `ALTER DEFAULT PRIVILEGES FOR ROLE eve IN SCHEMA public GRANT ${privileges} ON TABLES TO bob;\n`,
    `ALTER DEFAULT PRIVILEGES FOR ROLE eve GRANT ${privileges} ON TABLES TO bob WITH GRANT OPTION;\n`,
  ];

  it('has MAINTAIN in ALL, and else as a right of its own', () => {
    const same = (one: string, other: string): boolean[] => {
      const others = grants(other);
      return grants(one).map((sql, at) => older('ACL', sql) === older('ACL', others[at] ?? ''));
    };
    for (const all of [seven, `${seven},MAINTAIN`, `MAINTAIN,${seven}`]) {
      assert.deepEqual(new Set(same(all, 'ALL')), new Set([true]), all);
    }
    const names = seven.split(',');
    for (let size = 0; size < names.length; size += 1) {
      const few = names.slice(0, size);
      const [one, more] = [few.join(','), [...few, 'MAINTAIN'].join(',')];
      for (const other of size === 0 ? ['ALL', 'SELECT', ''] : [one, 'ALL', seven]) {
        assert.deepEqual(new Set(same(more, other)), new Set([false]), `${more} against ${other}`);
      }
    }
    // of a column it is no right of all of the table
    assert.deepEqual(new Set(same('SELECT(a),MAINTAIN', 'SELECT(a)')), new Set([false]));
  });

  it('has no names of NOT NULL, and what says where it does not hold', () => {
    const table = (list: string, more = ''): string =>
      older('TABLE', `CREATE TABLE public.t (\n    a integer${list}\n);\n${more}`);
    const listed = ',\n    CONSTRAINT x NOT NULL a';
    const set = table('', 'ALTER TABLE ONLY public.t ALTER COLUMN a SET NOT NULL;\n');
    assert.equal(table(' CONSTRAINT x NOT NULL'), table(' NOT NULL'));
    assert.equal(table(listed), set);
    for (const one of [' NO INHERIT', ' NOT VALID', ' NO INHERIT NOT VALID']) {
      assert.notEqual(table(`${listed}${one}`), table(listed), one);
      assert.notEqual(table(`${listed}${one}`), set, one);
      assert.notEqual(table(` CONSTRAINT x NOT NULL${one}`), table(' NOT NULL'), one);
    }
  });
});

describe('meaningOf, held against PostgreSQL', function () {
  this.timeout(600_000);
  const servers = new Map<Major, Server>();
  const serverOf = (major: Major): Server => {
    const server = servers.get(major);
    assert.ok(server);
    return server;
  };
  before(async () => {
    for (const major of majors) {
      const server = await startServer({ major });
      servers.set(major, server);
      await server.sql('postgres', gridSql);
    }
  });
  after(async () => {
    await Promise.all([...servers.values()].map((server) => server.stop()));
  });

  /** What the server prints for conditions that it was given as constraints. */
  const printed = async (major: Major, conditions: readonly string[]): Promise<string[]> => {
    const constraints = conditions.map((one, at) => `constraint c${at} check (${one})`);
    const rows = await serverOf(major).sql<{ text: string }>(
      'postgres',
      `create table judge (like grid, ${constraints.join(', ')});
       create temp view texts as select pg_get_constraintdef(oid) as text, substr(conname, 2)::int as at from pg_constraint where conrelid = 'judge'::regclass and contype = 'c';
       create temp table found as select * from texts; drop view texts; drop table judge;
       select text from found order by at`,
    );
    return rows.map(({ text }) => text.slice('CHECK '.length));
  };

  it(`is the same after every round trip on every major (SEED=${seed})`, async () => {
    const given = fc.sample(condition, { seed, numRuns: many });
    let anew = 0;
    for (const major of majors) {
      const first = await printed(major, given);
      const meanings = first.map(meaning);
      for (const next of majors.filter((one) => one >= major)) {
        const second = await printed(next, first);
        const third = await printed(next, second);
        second.forEach((text, at) => {
          assert.equal(meaning(text), meanings[at], `${given[at]}\n${first[at]}\n${text}`);
          assert.equal(meaning(third[at] ?? ''), meanings[at], `${given[at]}\n${text}\n${third[at]}`);
          if (text !== first[at]) anew += 1;
        });
      }
    }
    assert.ok(anew > many / 4, `only ${anew} were worded anew: the test lost its point`);
  });

  it(`never is the same for what gives other results (SEED=${seed})`, async () => {
    let state = seed;
    const random = (below: number): number => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return Math.floor((state / 2 ** 32) * below);
    };
    const originals = await printed(16, fc.sample(condition, { seed: seed + 1, numRuns: many }));
    const texts = originals.flatMap((text) => [text, ...Array.from({ length: 20 }, () => mutated(text, random))]);
    const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;
    const rows = await serverOf(16).sql<{ result: string }>(
      'postgres',
      `select result_of(e) as result from unnest(array[${texts.map(literal).join(', ')}]) with ordinality as x(e, at) order by at`,
    );
    assert.equal(rows.length, texts.length);
    const byMeaning = new Map<string, { text: string; result: string }>();
    const counts = { valid: 0, same: 0 };
    texts.forEach((text, at) => {
      const result = rows[at]?.result ?? '';
      if (result === 'error') return;
      counts.valid += 1;
      const known = byMeaning.get(meaning(text));
      if (known === undefined) byMeaning.set(meaning(text), { text, result });
      else {
        if (known.text !== text) counts.same += 1;
        assert.equal(known.result, result, `${known.text}\n${text}\n${meaning(text)}`);
      }
    });
    assert.ok(counts.valid > many * 5 && counts.same > many / 4, JSON.stringify(counts));
  });
});
