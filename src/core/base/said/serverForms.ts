import { formsOf } from './forms';

/** Messages of the server. */
export const serverForms = formsOf(`
  relation "{n}" does not exist
  relation "{n}" already exists
  table "{n}" does not exist
  view "{n}" does not exist
  sequence "{n}" does not exist
  index "{n}" does not exist
  schema "{n}" does not exist
  schema "{n}" already exists
  database "{n}" does not exist
  database "{n}" already exists
  role "{n}" does not exist
  role "{n}" already exists
  type "{n}" does not exist
  type "{n}" already exists
  type "{n}" is only a shell
  column "{n}" does not exist
  column {n} does not exist
  column "{n}" of relation "{n}" does not exist
  column "{n}" of relation "{n}" already exists
  column reference "{n}" is ambiguous
  function {n} does not exist
  function {n} is not unique
  function "{n}" already exists with same argument types
  function "{n}" does not exist
  operator does not exist: {n}
  operator {n} does not exist
  operator is not unique: {n}
  operator class "{n}" does not exist for access method "{n}"
  operator class "{n}" of access method {n} does not accept data type {n}
  data type {n} has no default operator class for access method "{n}"
  access method "{n}" does not exist
  aggregate {n} does not exist
  cast from type {n} to type {n} does not exist
  cannot cast type {n} to {n}
  language "{n}" does not exist
  collation "{n}" does not exist
  collation "{n}" for encoding "{n}" does not exist
  conversion "{n}" does not exist
  extension "{n}" does not exist
  extension "{n}" already exists
  extension "{n}" is not available
  extension "{n}" must be installed in schema "{n}"
  extension "{n}" has no installation script nor update path for version "{n}"
  required extension "{n}" is not installed
  permission denied to create extension "{n}"
  could not open extension control file "{n}": {n}
  could not access file "{n}": {n}
  could not load library "{n}": {n}
  could not find function "{n}" in file "{n}"
  incompatible library "{n}": version mismatch
  tablespace "{n}" does not exist
  tablespace "{n}" already exists
  foreign-data wrapper "{n}" does not exist
  foreign-data wrapper "{n}" has no handler
  server "{n}" does not exist
  server "{n}" already exists
  user mapping for "{n}" does not exist for server "{n}"
  user mapping for "{n}" already exists for server "{n}"
  could not connect to server "{n}"
  policy "{n}" for table "{n}" already exists
  trigger "{n}" for table "{n}" does not exist
  trigger "{n}" for relation "{n}" already exists
  trigger "{n}" for relation "{n}" is an internal or a child trigger
  rule "{n}" for relation "{n}" already exists
  event trigger "{n}" does not exist
  event trigger "{n}" already exists
  publication "{n}" does not exist
  subscription "{n}" does not exist
  text search configuration "{n}" does not exist
  text search dictionary "{n}" does not exist
  text search parser "{n}" does not exist
  text search template "{n}" does not exist
  large object {d} does not exist
  constraint "{n}" does not exist
  constraint "{n}" of relation "{n}" does not exist
  constraint "{n}" for relation "{n}" already exists
  there is no unique constraint matching given keys for referenced table "{n}"
  multiple primary keys for table "{n}" are not allowed
  "{n}" is not a table
  "{n}" is not a view
  "{n}" is not a sequence
  "{n}" is not a partitioned table
  "{n}" is a partition
  "{n}" is an index
  "{n}" is a composite type
  cannot copy from view "{n}"
  cannot copy from materialized view "{n}"
  cannot copy to view "{n}"
  cannot change name of input parameter "{n}"
  cannot change return type of existing function
  cannot drop {n} because other objects depend on it
  cannot drop {n} because extension {n} requires it
  cannot drop {n} because it is required by the database system
  cannot drop the currently open database
  cannot drop a template database
  role "{n}" cannot be dropped because some objects depend on it
  cannot alter type of a column used by a view or rule
  cannot use a deferrable unique constraint for referenced table "{n}"
  cannot execute {n} in a read-only transaction
  cannot execute {n} during recovery
  cannot execute {n} within a pipeline
  {n} cannot run inside a transaction block
  {n} cannot be executed from a function
  cannot be executed when there are active locks
  cannot insert into column "{n}"
  cannot insert a non-DEFAULT value into column "{n}"
  cannot refresh materialized view "{n}" concurrently
  materialized view "{n}" has not been populated
  cannot connect to invalid database "{n}"
  cannot alter invalid database "{n}"
  permission denied for table {n}
  permission denied for view {n}
  permission denied for sequence {n}
  permission denied for schema {n}
  permission denied for database {n}
  permission denied for function {n}
  permission denied for procedure {n}
  permission denied for language {n}
  permission denied for type {n}
  permission denied for tablespace {n}
  permission denied for large object {d}
  permission denied for foreign server {n}
  permission denied for foreign-data wrapper {n}
  permission denied for materialized view {n}
  permission denied for relation {n}
  permission denied for column {n}
  permission denied for database "{n}"
  permission denied for parameter {n}
  permission denied to create database
  permission denied to create role
  permission denied to create tablespace "{n}"
  permission denied to create event trigger "{n}"
  permission denied to create foreign-data wrapper "{n}"
  permission denied to create "{n}"
  permission denied to alter role
  permission denied to drop role
  permission denied to rename database
  permission denied to copy database "{n}"
  permission denied to set role "{n}"
  permission denied to set parameter "{n}"
  permission denied to set session authorization
  permission denied to set session authorization "{n}"
  permission denied to reassign objects
  permission denied to drop objects
  permission denied to grant role "{n}"
  permission denied to grant privileges as role "{n}"
  permission denied to terminate process
  permission denied to COPY to or from an external program
  permission denied: "{n}" is a system catalog
  must be owner of table {n}
  must be owner of view {n}
  must be owner of sequence {n}
  must be owner of schema {n}
  must be owner of database {n}
  must be owner of function {n}
  must be owner of type {n}
  must be owner of type {n} or type {n}
  must be owner of relation {n}
  must be owner of index {n}
  must be owner of extension {n}
  must be owner of large object {d}
  must be owner of materialized view {n}
  must be owner of foreign server {n}
  must be owner of event trigger {n}
  must be owner of language {n}
  must be member of role "{n}"
  must be able to SET ROLE "{n}"
  must be superuser to {n}
  must be superuser or a member of {n}
  only superuser can {n}
  only superusers can {n}
  only roles with the {n} attribute may {n}
  no privileges were granted for "{n}"
  not all privileges were granted for "{n}"
  no privileges could be revoked for "{n}"
  not all privileges could be revoked for "{n}"
  duplicate key value violates unique constraint "{n}"
  could not create unique index "{n}"
  could not create exclusion constraint "{n}"
  conflicting key value violates exclusion constraint "{n}"
  null value in column "{n}" of relation "{n}" violates not-null constraint
  null value in column "{n}" violates not-null constraint
  column "{n}" of relation "{n}" contains null values
  column "{n}" of table "{n}" contains null values
  new row for relation "{n}" violates check constraint "{n}"
  new row for relation "{n}" violates partition constraint
  new row violates row-level security policy for table "{n}"
  new row violates row-level security policy "{n}" for table "{n}"
  no partition of relation "{n}" found for row
  check constraint "{n}" of relation "{n}" is violated by some row
  check constraint "{n}" is violated by some row
  partition constraint of relation "{n}" is violated by some row
  partition "{n}" would overlap partition "{n}"
  insert or update on table "{n}" violates foreign key constraint "{n}"
  update or delete on table "{n}" violates foreign key constraint "{n}" on table "{n}"
  value for domain {n} violates check constraint "{n}"
  domain {n} does not allow null values
  column "{n}" of table "{n}" contains values that violate the new constraint
  query would be affected by row-level security policy for table "{n}"
  invalid input syntax for type {n}: {v}
  invalid input syntax for type {n}
  invalid input value for enum {n}: {v}
  invalid input value for {n}: {v}
  malformed array literal: {v}
  malformed record literal: {v}
  malformed range literal: {v}
  value "{v}" is out of range for type {n}
  value out of range: overflow
  date/time field value out of range: {v}
  date out of range: {v}
  timestamp out of range
  timestamp out of range: {v}
  interval out of range
  smallint out of range
  integer out of range
  bigint out of range
  money out of range
  "{v}" is out of range for type {n}
  numeric field overflow
  division by zero
  value too long for type character varying({d})
  value too long for type character({d})
  value too long for type {n}
  bit string length {d} does not match type bit({d})
  invalid byte sequence for encoding "{n}": {v}
  invalid byte sequence for encoding "{n}"
  character with byte sequence {v} in encoding "{n}" has no equivalent in encoding "{n}"
  conversion between {n} and {n} is not supported
  unsupported Unicode escape sequence
  missing data for column "{n}"
  extra data after last expected column
  unterminated CSV quoted field
  literal carriage return found in data
  literal newline found in data
  end-of-copy marker is not alone on its line
  end-of-copy marker corrupt
  end-of-copy marker does not match previous newline style
  unexpected EOF on client connection with an open transaction
  syntax error at or near {v}
  syntax error at end of input
  unrecognized configuration parameter "{n}"
  invalid value for parameter "{n}": {v}
  invalid configuration parameter name "{n}"
  parameter "{n}" cannot be changed
  parameter "{n}" cannot be changed now
  parameter "{n}" cannot be changed without restarting the server
  parameter "{n}" cannot be set after connection start
  unrecognized parameter "{n}"
  invalid locale name: "{n}"
  invalid LC_COLLATE locale name: "{n}"
  invalid LC_CTYPE locale name: "{n}"
  could not create locale "{n}": {n}
  encoding "{n}" does not match locale "{n}"
  ICU is not supported in this build
  locale provider "{n}" does not support locale "{n}"
  new encoding ({n}) is incompatible with the encoding of the template database ({n})
  new collation ({n}) is incompatible with the collation of the template database ({n})
  source database "{n}" is being accessed by other users
  database "{n}" is being accessed by other users
  database "{n}" is used by an active logical replication slot
  database "{n}" is being used by logical replication subscription
  database "{n}" is not currently accepting connections
  too many connections for database "{n}"
  too many connections for role "{n}"
  sorry, too many clients already
  remaining connection slots are reserved for {n}
  the database system is starting up
  the database system is shutting down
  the database system is in recovery mode
  the database system is not yet accepting connections
  the database system is not accepting connections
  password authentication failed for user "{n}"
  Peer authentication failed for user "{n}"
  Ident authentication failed for user "{n}"
  GSSAPI authentication failed for user "{n}"
  certificate authentication failed for user "{n}"
  no pg_hba.conf entry for host "{n}", user "{n}", database "{n}", {n}
  no pg_hba.conf entry for host "{n}", user "{n}", database "{n}"
  no pg_hba.conf entry for {n}
  pg_hba.conf rejects connection for host "{n}", user "{n}", database "{n}", {n}
  role "{n}" is not permitted to log in
  User does not have CONNECT privilege.
  canceling statement due to statement timeout
  canceling statement due to lock timeout
  canceling statement due to user request
  canceling statement due to conflict with recovery
  canceling wait for synchronous replication due to user request
  canceling the wait for synchronous replication and terminating connection due to administrator command
  terminating connection due to administrator command
  terminating connection due to conflict with recovery
  terminating connection due to idle-in-transaction timeout
  terminating connection due to idle-session timeout
  terminating connection due to transaction timeout
  terminating connection due to unexpected postmaster exit
  terminating connection because of crash of another server process
  could not obtain lock on relation "{n}"
  could not obtain lock on {n} "{n}"
  deadlock detected
  could not serialize access due to {n}
  tuple concurrently updated
  tuple concurrently deleted
  current transaction is aborted, commands ignored until end of transaction block
  there is already a transaction in progress
  there is no transaction in progress
  out of shared memory
  out of memory
  stack depth limit exceeded
  could not extend file "{n}": {n}
  could not write to file "{n}": {n}
  could not write block {d} of temporary file: {n}
  could not open file "{n}": {n}
  could not read block {d} in file "{n}": {n}
  could not read blocks {n} in file "{n}": {n}
  could not create file "{n}": {n}
  could not create directory "{n}": {n}
  could not resize shared memory segment "{n}" to {d} bytes: {n}
  could not fork new process for connection: {n}
  could not access status of transaction {d}
  invalid page in block {d} of relation {n}
  page verification failed, calculated checksum {d} but expected {d}
  missing chunk number {d} for toast value {d} in {n}
  invalid memory alloc request size {d}
  cache lookup failed for {n}
  index row size {d} exceeds btree version {d} maximum {d} for index "{n}"
  index row requires {d} bytes, maximum size is {d}
  row is too big: size {d}, maximum size {d}
  row is too big: size {d} bytes, maximum size is {d} bytes
  tables can have at most {d} columns
  temporary file size exceeds "{n}" ({d}kB)
  invalid snapshot identifier: {v}
  could not import the requested snapshot
  snapshot "{n}" does not exist
  functions in index expression must be marked IMMUTABLE
  functions in index predicate must be marked IMMUTABLE
  generation expression is not immutable
  generation expression uses user-defined function
  replication slot "{n}" does not exist
  replication slot "{n}" is active for PID {d}
  transaction ID {d} is in the future
  database "{n}" has a collation version mismatch
  collation "{n}" has version mismatch
  database "{n}" has no actual collation version, but a version was recorded
  template database "{n}" has a collation version mismatch
  terminating walsender process due to replication timeout
  PID {d} is not a PostgreSQL backend process
  PID {d} is not a PostgreSQL server process
  must be superuser to create FOR ALL TABLES publication
  sessions remain
  db-ferry: {n}
`);

/** What a RAISE of our own says: no other message of SQLSTATE P0001 is shown. */
export const raisedForms = formsOf(`
  sessions remain
  db-ferry: {n}
  the role {n} granted rights on objects it does not own
`);

/** What the server hints at. */
export const hintForms = formsOf(`
  No function matches the given name and argument types. You might need to add explicit type casts.
  No operator matches the given name and argument types. You might need to add explicit type casts.
  Use DROP ... CASCADE to drop the dependent objects too.
  You might need to increase max_locks_per_transaction.
  You might need to increase "max_locks_per_transaction".
  You might need to increase "{n}".
  See server log for query details.
  Check free disk space.
  Must be superuser to create this extension.
  Must have CREATE privilege on current database to create this extension.
  Must be superuser to create a foreign-data wrapper.
  Must be superuser to create an event trigger.
  Reconnect to the database and repeat your command.
  In a moment you should be able to reconnect to the database and repeat your command.
  The extension must first be installed on the system where PostgreSQL is running.
  Rebuild all objects in this database that use the default collation and run ALTER DATABASE {n} REFRESH COLLATION VERSION, or build PostgreSQL with the right library version.
  Rebuild all objects in the template database that use the default collation and run ALTER DATABASE {n} REFRESH COLLATION VERSION, or build PostgreSQL with the right library version.
  Rebuild all objects affected by this collation and run ALTER COLLATION {n} REFRESH VERSION, or build PostgreSQL with the right library version.
  Consider increasing the configuration parameter "{n}".
  Use DROP DATABASE to drop invalid databases.
  Use CREATE EXTENSION ... CASCADE to install required extensions too.
`);
