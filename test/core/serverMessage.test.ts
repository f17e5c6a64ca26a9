import assert from 'node:assert/strict';
import { serverMessage } from '../../src/core/serverMessage';

describe('serverMessage', () => {
  it('keeps where it failed, and no statement', () => {
    const said = [
      'pg_restore: while PROCESSING TOC:',
      'pg_restore: from TOC entry 3471; 1417 16402 USER MAPPING USER MAPPING app SERVER far postgres',
      'pg_restore: error: could not execute query: ERROR:  role "app" does not exist',
    ];
    const command = ['Command was: CREATE USER MAPPING FOR app SERVER far OPTIONS (', "    password 'secret'", ');'];
    const next = 'pg_restore: warning: errors ignored on restore: 1';
    assert.equal(serverMessage([...said, ...command, '', next].join('\n')), [...said, next].join('\n'));
  });

  it('keeps table, line and column of a COPY, and no row', () => {
    const text = `pg_restore: error: COPY failed for table "t": ERROR:  invalid input syntax for type integer: "123-45"
CONTEXT:  COPY t, line 5, column ssn: "123-45
more of it"`;
    assert.equal(
      serverMessage(text),
      `pg_restore: error: COPY failed for table "t": ERROR:  invalid input syntax for type integer: …
CONTEXT:  COPY t, line 5, column ssn`,
    );
    assert.equal(serverMessage('CONTEXT:  COPY public.t, line 7: "1\tsecret"'), 'CONTEXT:  COPY public.t, line 7');
  });

  it('drops details and echoed statements of psql, keeps its hints', () => {
    const text = `psql:<stdin>:3: ERROR:  duplicate key value violates unique constraint "t_pkey"
DETAIL:  Key (ssn)=(123-45) already exists.
HINT:  Try another.
LINE 1: create role a password 'secret'
                               ^
KONTEXT:  COPY t, Zeile 3: »secret«`;
    assert.equal(
      serverMessage(text),
      `psql:<stdin>:3: ERROR:  duplicate key value violates unique constraint "t_pkey"
HINT:  Try another.`,
    );
  });

  it('drops what a cut text begins with; other words of a shell stay', () => {
    assert.equal(
      serverMessage('ssword \'x\'\npg_restore: creating TABLE "public.t"', { cut: true }),
      'pg_restore: creating TABLE "public.t"',
    );
    assert.equal(serverMessage('sh: 1: psql: not found\n'), 'sh: 1: psql: not found');
  });
});
