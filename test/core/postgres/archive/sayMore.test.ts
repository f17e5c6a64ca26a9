import assert from 'node:assert/strict';
import { sayMore } from '../../../../src/core/postgres/archive/meaning/sayMore';

const evil = 'ALTER ROLE mallory SUPERUSER;';

describe('what a comment, a grant or a refresh says', () => {
  it('is the one statement that pg_dump writes there', () => {
    for (const [kind, sql] of [
      ['COMMENT', "COMMENT ON TABLE s.t IS 'it''s; -- all';"],
      ['COMMENT', "COMMENT ON COLUMN s.t.database IS E'a\\\\b';"],
      ['COMMENT', "COMMENT ON TABLE s.t IS 'on database x';"],
      ['ACL', 'GRANT SELECT ON TABLE s.t TO app;\nREVOKE ALL ON TABLE s.t FROM PUBLIC;'],
      ['ACL', 'GRANT ALL ON FUNCTION s.f(integer) TO app;'],
      ['ACL', 'GRANT SELECT(a) ON TABLE s."database" TO app;'],
      ['DEFAULT ACL', 'ALTER DEFAULT PRIVILEGES FOR ROLE app GRANT SELECT ON TABLES TO reader;'],
      ['MATERIALIZED VIEW DATA', 'REFRESH MATERIALIZED VIEW s.m;'],
    ] as const) {
      for (const backslashes of [false, true]) assert.equal(sayMore(kind, sql, backslashes), false, sql);
    }
  });

  it('hides no other one, in whatever way a server reads strings', () => {
    for (const [kind, sql, backslashes] of [
      ['COMMENT', `COMMENT ON TABLE s.t IS ''; ${evil}`, false],
      // a string goes on where a line ends, with its escapes
      ['COMMENT', `COMMENT ON TABLE s.t IS E'a'\n'b\\' '; ${evil} COMMENT ON TABLE s.t IS ' $$ '; -- $$;`, false],
      [
        'COMMENT',
        `COMMENT ON TABLE s.t IS E'a' -- c\r  'b\\' '; ${evil} COMMENT ON TABLE s.t IS ' $$ '; -- $$;`,
        false,
      ],
      ['COMMENT', `COMMENT ON TABLE s.t IS 'a\\'; ${evil} COMMENT ON TABLE s.t IS ' $$ '; -- $$;`, false],
      ['COMMENT', `COMMENT ON TABLE s.t IS N'a\\' '; ${evil} COMMENT ON TABLE s.t IS ' $$ '; -- $$;`, true],
    ] as const) {
      assert.equal(sayMore(kind, sql, backslashes), true, sql);
    }
  });

  it('is about nothing that is the whole server’s', () => {
    for (const [kind, sql] of [
      ['ACL', 'GRANT CONNECT ON DATABASE billing TO mallory;'],
      ['ACL', 'grant alter system on parameter archive_command to mallory;'],
      ['ACL', 'GRANT CREATE ON TABLESPACE fast TO mallory;'],
      ['ACL', 'GRANT postgres TO mallory;'],
      ['COMMENT', "COMMENT ON DATABASE shop IS 'db-ferry';"],
      ['COMMENT', "COMMENT ON ROLE app IS 'db-ferry';"],
      ['SECURITY LABEL', "SECURITY LABEL FOR x ON ROLE app IS 'y';"],
    ] as const) {
      assert.equal(sayMore(kind, sql, false), true, sql);
    }
  });
});
