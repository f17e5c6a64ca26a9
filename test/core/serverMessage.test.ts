import assert from 'node:assert/strict';
import fc from 'fast-check';
import { knownForm } from '../../src/core/base/said/forms';
import { serverForms } from '../../src/core/base/said/serverForms';
import { serverMessage, sqlStateOf } from '../../src/core/base/said/serverMessage';

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
more of it
psql: error: connection to server failed: secret
ERROR:  secret of a log that is in a row"`;
    assert.equal(
      serverMessage(text),
      `pg_restore: error: COPY failed for table "t": ERROR:  invalid input syntax for type integer: …
CONTEXT:  COPY t, line 5, column ssn
psql: error: …
ERROR:  …`,
    );
    assert.equal(serverMessage('CONTEXT:  COPY public.t, line 7: "1\tsecret"'), 'CONTEXT:  COPY public.t, line 7');
  });

  it('shows what it knows, and of the rest the SQLSTATE and the objects', () => {
    const text = `psql:<stdin>:3: ERROR:  23505: duplicate key value violates unique constraint "t_pkey"
DETAIL:  Key (ssn)=(123-45) already exists.
HINT:  Try 123-46.
SCHEMA NAME:  public
TABLE NAME:  t
LOCATION:  _bt_check_unique, nbtinsert.c:664
LINE 1: create role a password 'secret'
                               ^
psql:<stdin>:4: FEHLER:  23502: NULL-Wert in Spalte »ssn« von Relation »t« verletzt Not-Null-Constraint
DETAIL:  Fehlgeschlagene Zeile enthält (null, 4111 1111).
COLUMN NAME:  ssn
psql:<stdin>:5: ERROR:  P0001: relation "4111 1111" does not exist
TABLE NAME:  4111 1111
CONTEXT:  PL/pgSQL function public.f(integer) line 3 at RAISE`;
    assert.equal(
      serverMessage(text),
      `psql:<stdin>:3: ERROR:  duplicate key value violates unique constraint "t_pkey"
SCHEMA NAME:  public
TABLE NAME:  t
psql:<stdin>:4: FEHLER:  23502 not_null_violation …
COLUMN NAME:  ssn
psql:<stdin>:5: ERROR:  P0001 raise_exception …
CONTEXT:  PL/pgSQL function public.f(integer) line 3 at RAISE`,
    );
    assert.equal(sqlStateOf(text), 'P0001');
    assert.equal(sqlStateOf('psql: error: connection to server failed'), undefined);
  });

  it('says what a login was refused with, and what is lost', () => {
    const refused = `psql: error: connection to server on socket "/run/.s.PGSQL.5432" failed: FATAL:  password authentication failed for user "app"`;
    const away = `psql: error: connection to server on socket "/run/.s.PGSQL.5432" failed: No such file or directory
\tIs the server running locally and accepting connections on that socket?`;
    const lost = `psql:<stdin>:1: FATAL:  57P01: terminating connection due to administrator command
server closed the connection unexpectedly
\tThis probably means the server terminated abnormally
\tbefore or while processing the request.
psql:<stdin>:1: error: connection to server was lost`;
    assert.equal(serverMessage(refused), refused);
    assert.equal(serverMessage(away), away);
    assert.equal(
      serverMessage(lost),
      lost.replace('57P01: ', '').replace('server closed the connection unexpectedly\n', ''),
    );
  });

  it('drops what a cut text begins with; the words of a shell stay', () => {
    assert.equal(
      serverMessage('ssword \'x\'\npg_restore: creating TABLE "public.t"', { cut: true }),
      'pg_restore: creating TABLE "public.t"',
    );
    assert.equal(serverMessage('sh: 1: psql: not found\n'), 'sh: 1: psql: not found');
  });

  it('reads through colours', () => {
    assert.equal(
      serverMessage(
        '\x1b[1mpg_dump: \x1b[0m\x1b[1;31merror: \x1b[0mquery failed: ERROR:  permission denied for table t',
      ),
      'pg_dump: error: query failed: ERROR:  permission denied for table t',
    );
  });

  it('shows nothing of a text that it does not know, wherever it stands', () => {
    const secret = 'S3CRET';
    const noise = fc.string({
      unit: fc.constantFrom('a', ' ', ':', '"', '»', '\n', '\t', 'E', '(', ')', '.', ',', '1'),
    });
    const around = fc.tuple(noise, noise).map(([before, after]) => `${before}${secret}${after}`);
    const before = fc.constantFrom(
      ...['', 'psql:<stdin>:3: ', 'pg_dump: error: query failed: ', 'pg_restore: error: could not execute query: '],
      ...['pg_restore: error: COPY failed for table "t": ', 'pg_dump: error: ', 'pg_restore: '],
    );
    const label = fc.constantFrom(
      ...['ERROR:  ', 'ERROR:  23514: ', 'FEHLER:  P0001: ', 'WARNING:  01000: ', 'ОШИБКА:  ', 'DETAIL:  ', 'HINT:  '],
      ...[
        'CONTEXT:  SQL statement "',
        'QUERY:  ',
        'LINE 1: ',
        'Command was: ',
        'KONTEXT:  COPY t, Zeile 3: »',
        'error: ',
      ],
    );
    const line = fc.tuple(before, label, around).map((parts) => parts.join(''));
    fc.assert(
      fc.property(fc.array(line, { minLength: 1, maxLength: 4 }), (lines) => {
        const shown = serverMessage(`psql:<stdin>:1: ERROR:  XX000: ${secret}\n${lines.join('\n')}`);
        assert.ok(!shown.includes(secret), shown);
      }),
      { numRuns: 3000 },
    );
  });

  it('takes a time that grows with the text, and no faster', () => {
    const steps = (length: number): string | undefined =>
      knownForm(serverForms, `column "${'" of relation "'.repeat(length)}`);
    assert.equal(steps(10), undefined);
    assert.equal(steps(1_000_000), undefined);
    const long = `psql:<stdin>:1: ERROR:  ${'a: '.repeat(1_000_000)}`;
    assert.equal(serverMessage(long), 'psql:<stdin>:1: ERROR:  …');
    assert.equal(serverMessage(`CONTEXT:  COPY ${', line '.repeat(1_000_000)}`), '');
  });

  it('every known form is its own rendering, and none has a name where a value would stand', () => {
    for (const form of serverForms) {
      const text = form
        .map(({ before, slot }) => before + (slot === undefined ? '' : slot === 'd' ? '7' : 'x'))
        .join('');
      const shown = form
        .map(({ before, slot }) => before + (slot === undefined ? '' : slot === 'd' ? '7' : slot === 'v' ? '…' : 'x'))
        .join('');
      assert.equal(knownForm(serverForms, text), shown);
    }
  });
});
