import { execa } from 'execa';
import { join } from 'node:path';
import type { Server } from '../lab/servers';

/** What `pg_dump -Fc | pg_restore` makes of a database: 0 where it had nothing to say. */
export interface StockResult {
  readonly errors: number;
  /** the first error's own words */
  readonly first?: string;
}

/** Loads a script as somebody would: psql, stopping at the first error. */
export async function load(server: Server, database: string, script: string): Promise<void> {
  await execa(
    join(server.bin, 'psql'),
    ['-X', '-q', '-v', 'ON_ERROR_STOP=1', ...at(server), '-d', database, '-f', '-'],
    {
      input: script,
    },
  );
}

/** The usual way by hand: the source's pg_dump into the target's pg_restore, which goes on at errors. */
export async function stockCopy(source: Server, from: string, target: Server, into: string): Promise<StockResult> {
  await target.sql('postgres', `create database "${into}" template template0`);
  const file = join('/tmp', `life-${process.pid}-${into}.dump`);
  await execa(join(source.bin, 'pg_dump'), ['-Fc', '-Z1', ...at(source), '-d', from, '-f', file]);
  const done = await execa(join(target.bin, 'pg_restore'), [...at(target), '-d', into, file], { reject: false });
  await execa('rm', ['-f', file]);
  const errors = Array.from(done.stderr.matchAll(/^pg_restore: error: (.*)$/gm), (match) => match[1] ?? '');
  return { errors: errors.length, ...(errors[0] === undefined ? {} : { first: errors[0] }) };
}

function at(server: Server): string[] {
  return ['-h', '127.0.0.1', '-p', String(server.port), '-U', server.superuser];
}
