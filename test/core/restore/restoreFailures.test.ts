import assert from 'node:assert/strict';
import { FailureLines, namedFailures } from '../../../src/core/restore/restoreFailures';

describe('what pg_restore could not make', () => {
  const entries = [
    { dumpId: 1, kind: 'TABLE', schema: 'public', name: 'twice' },
    { dumpId: 2, kind: 'INDEX', schema: 'public', name: 'twice_v' },
  ];
  const read = (...lines: string[]): FailureLines['found'] => {
    const failures = new FailureLines();
    for (const line of lines) failures.line(line);
    return failures.found;
  };
  const unique = 'pg_restore: error: could not execute query: ERROR:  could not create unique index "twice_v"';
  const died = 'pg_restore: error: a worker process died unexpectedly';

  it('is named by what the server says where several sessions do not say which entry it was, and a session that ended for it is no failure', () => {
    const expected = [{ kind: 'INDEX', name: 'twice_v', cause: 'unique' }];
    for (const lines of [
      [unique, died],
      [died, unique],
      ['pg_restore: while PROCESSING TOC:', 'pg_restore: from TOC entry 2; 1259 16384 INDEX twice_v app', unique, died],
    ]) {
      const named = namedFailures(read(...lines), entries);
      assert.deepEqual(
        named.map(({ kind, name, cause }) => ({ kind, name, cause })),
        expected,
      );
    }
    assert.equal(namedFailures(read(died), entries).length, 1);
  });
});
