import { execa } from 'execa';
import { join } from 'node:path';
import type { ArchiveReading } from '../../../../src/core/postgres/archive/reading';
import { readArchive } from '../../../../src/core/postgres/archive/format/readArchive';
import type { Major } from '../../../lab/binaries';
import { startServer, type Server } from '../../../lab/servers';

/** pg_dump -Fc of a database to its standard output, with the settings every dump of the product pins. */
export async function dumpOf(server: Server, database: string, ...options: string[]): Promise<Buffer> {
  const { stdout } = await execa(
    join(server.bin, 'pg_dump'),
    ['-Fc', ...options, ...connection(server), '-d', database],
    {
      encoding: 'buffer',
      stripFinalNewline: false,
      env: { PGTZ: 'UTC', PGOPTIONS: '-c bytea_output=hex' },
    },
  );
  return Buffer.from(stdout);
}

/** The SQL text that the stock pg_restore makes of an archive. */
export async function restoredText(server: Server, archive: Buffer, ...options: string[]): Promise<string> {
  const { stdout } = await execa(join(server.bin, 'pg_restore'), ['-f', '-', ...options], { input: archive });
  return stdout;
}

/** Restores an archive into a new database. */
export async function restoreInto(server: Server, archive: Buffer, database: string): Promise<void> {
  await server.sql('postgres', `create database ${database} template template0`);
  await execa(join(server.bin, 'pg_restore'), ['-e', ...connection(server), '-d', database], { input: archive });
}

function connection(server: Server): string[] {
  return ['-h', server.socketDir, '-p', String(server.port), '-U', server.superuser];
}

/** A server with a database `odd` of unusual names and values; the caller stops it. */
export async function serverWithData(major: Major): Promise<Server> {
  const server = await startServer({ major });
  await server.sql('postgres', 'create database odd');
  await server.sql('odd', oddData);
  return server;
}

/** A buffer as a source, in pieces of `size` bytes. */
export async function* inPieces(archive: Buffer, size = 65536): AsyncGenerator<Buffer> {
  for (let at = 0; at < archive.length; at += size) yield archive.subarray(at, at + size);
}

export function readBuffer(archive: Buffer, pieceSize?: number): Promise<ArchiveReading> {
  return readArchive(inPieces(archive, pieceSize));
}

const oddData = `
  create role app; create role "odd ""role"; create role reader;
  create schema "Odd schema" authorization app;
  create table "Odd schema"."a ""table, (x" ("a b" int, "c""d," text, "e)f" bytea);
  insert into "Odd schema"."a ""table, (x" values
    (1, E'tab\\tnew\\nline\\\\back\\rcr\\x01ctl', '\\xdeadbeef'), (2, null, null), (3, '', ''), (4, '\\N', null), (5, '\\.', null), (5, '\\.', null);
  create table no_columns(); insert into no_columns default values; insert into no_columns default values;
  create table nothing_in_it (a int, b text);
  create table orders (id bigserial primary key, customer text not null, amount numeric(12,2), at timestamptz, data jsonb, parent bigint references orders);
  insert into orders (customer, amount, at, data) select 'näme €' || i, i * 1.01, '2026-01-01 00:00:00+00'::timestamptz + i * interval '1 minute', jsonb_build_object('k', i) from generate_series(1, 4000) i;
  create index orders_customer on orders (customer);
  create view big_orders as select * from orders where amount > 100;
  create materialized view totals as select count(*) from orders;
  create table parent (a int, b text); create table child (c int); alter table child add a int, add b text; alter table child inherit parent;
  insert into child values (1, 2, 'x'), (3, 4, 'y');
  create table parts (k int, v text) partition by list (k); create table part_1 partition of parts for values in (1); create table part_2 partition of parts default;
  insert into parts values (1, 'a'), (2, 'b'), (3, 'c');
  create table many_columns (${Array.from({ length: 60 }, (_, at) => `"column ${at}" int default ${at}`).join(', ')}); insert into many_columns default values;
  alter table orders owner to app; grant select on orders to reader; grant select (id) on orders to "odd ""role" with grant option;
  alter default privileges for role app in schema public grant select on tables to reader;
  alter table orders enable row level security; create policy own on orders for select to app, reader using (customer = current_user);
  create publication changes for table orders;
  comment on table orders is 'what was ordered';
  create function twice(i int) returns int language sql as 'select 2 * i';
  select setval('orders_id_seq', 4711, true); create sequence unused start 5;
  select lo_from_bytea(4000000000::oid, decode(repeat('abcd', 40000), 'hex')); select lo_create(77); select lo_from_bytea(78, 'x');
  create extension if not exists plpgsql;
`;
