import { formsOf } from './forms';

/** What psql, pg_dump and pg_restore say of themselves, behind their name; what the server says in it comes after the form. */
export const toolForms = formsOf(`
  while INITIALIZING:
  while PROCESSING TOC:
  while FINALIZING:
  from TOC entry {d}; {d} {d} {n}
  creating {n} "{n}"
  processing data for table "{n}"
  warning: errors ignored on restore: {d}
  warning: there are circular foreign-key constraints on this table:
  warning: there are circular foreign-key constraints among these tables:
  warning: could not resolve dependency loop among these items:
  warning: {n} owner of {n} "{n}" appears to be invalid
  warning: restoring tables WITH OIDS is not supported anymore
  hint: You might not be able to restore the dump without using --disable-triggers or temporarily dropping the constraints.
  hint: Consider using a full dump instead of a --data-only dump to avoid this problem.
  error: aborting because of server version mismatch
  detail: server version: {n}; pg_dump version: {n}
  error: Dumping the contents of table "{n}" failed: PQgetResult() failed.
  error: Dumping the contents of table "{n}" failed: PQgetCopyData() failed.
  error: connection to server was lost
  error: connection to server on socket "{n}" failed: {n}: No such file or directory
  error: connection to server on socket "{n}" failed: No such file or directory
  error: connection to server on socket "{n}" failed: Connection refused
  error: connection to server on socket "{n}" failed: Permission denied
  error: connection to server on socket "{n}" failed: fe_sendauth: no password supplied
  error: connection to server on socket "{n}" failed: timeout expired
  error: connection to server on socket "{n}" failed: server closed the connection unexpectedly
  error: connection to server at "{n}" ({n}), port {d} failed: fe_sendauth: no password supplied
  error: connection to server at "{n}", port {d} failed: fe_sendauth: no password supplied
  error: connection to server at "{n}" ({n}), port {d} failed: Connection refused
  error: connection to server at "{n}", port {d} failed: Connection refused
  error: connection to server at "{n}" ({n}), port {d} failed: timeout expired
  error: connection to server at "{n}", port {d} failed: timeout expired
  error: connection to server at "{n}" ({n}), port {d} failed: server closed the connection unexpectedly
  error: connection to server at "{n}", port {d} failed: server closed the connection unexpectedly
  error: could not translate host name "{n}" to address: {n}
  error: could not connect to server: {n}
  error: query failed: server closed the connection unexpectedly
  error: query failed: no connection to the server
  error: could not execute query: server closed the connection unexpectedly
  error: could not execute query: no connection to the server
  error: server closed the connection unexpectedly
  error: could not read from input file: end of file
  error: could not read from input file: {n}
  error: unexpected end of file
  error: did not find magic string in file header
  error: input file does not appear to be a valid archive
  error: input file does not appear to be a valid archive (too short?)
  error: input file appears to be a text format dump. Please use psql.
  error: input file is too short (read {d}, expected {d})
  error: unsupported version ({n}) in file header
  error: could not find block ID {d} in archive -- {n}
  error: unexpected block ID ({d}) when reading data -- expected {d}
  error: found unexpected block ID ({d}) when reading data -- expected {d}
  error: unrecognized data block type ({d}) while searching archive
  error: cannot restore from compressed archive ({n})
  error: this build does not support compression with {n}
  error: could not uncompress data: {n}
  error: could not decompress data: {n}
  error: could not write to output file: {n}
  error: could not write to large object (result: {d}, expected: {d})
  error: could not open large object {d}: {n}
  error: could not create large object {d}
  error: could not create worker process: {n}
  error: a worker process died unexpectedly
  error: parallel restore from standard input is not supported
  error: schema with OID {d} does not exist
  error: terminated by user
  error: out of memory
  error: too many command-line arguments (first is "{n}")
  fatal: {n}
`);

/** The same where the server's own message follows. */
export const toolBeforeServer = formsOf(`
  error: query failed:
  error: could not execute query:
  error: COPY failed for table "{n}":
  error: error returned by PQputCopyData:
  error: error returned by PQputCopyEnd:
  error: Error message from server:
  detail: Error message from server:
  error: connection to server on socket "{n}" failed:
  error: connection to server at "{n}" ({n}), port {d} failed:
  error: connection to server at "{n}", port {d} failed:
  error: connection to database "{n}" failed:
  error: could not connect to database:
  error: could not initiate large object restoration:
  error: could not create large object {d}:
  error: could not open large object {d}:
  error: could not write to large object:
  error:
`);

/** Of libpq, on lines of their own. */
export const afterLoss = formsOf(`
  This probably means the server terminated abnormally
  before or while processing the request.
  Is the server running locally and accepting connections on that socket?
  Is the server running on that host and accepting TCP/IP connections?
`);
