import { execa } from 'execa';
import { join } from 'node:path';
import type { Server } from '../lab/servers';

/** What `pg_dump -Fc | pg_restore` makes of a database: 0 where it had nothing to say. */
export interface StockResult {
  readonly errors: number;
  /** the first error's own words */
  readonly first?: string;
  /** it came to a dump at all */
  readonly dumped: boolean;
}

/** Loads a script as somebody would: psql, stopping at the first error. */
export async function load(server: Server, database: string, script: string): Promise<void> {
  const argv = ['-X', '-q', '-v', 'ON_ERROR_STOP=1', ...at(server), '-d', database, '-f', '-'];
  await execa(join(server.bin, 'psql'), argv, { input: script });
}

/** The usual way by hand: the source's pg_dump into the target's pg_restore, which goes on at errors. */
export async function stockCopy(source: Server, from: string, target: Server, into: string): Promise<StockResult> {
  await target.sql('postgres', `create database "${into}" template template0`);
  const file = join('/tmp', `life-${process.pid}-${into}.dump`);
  try {
    const dump = await execa(join(source.bin, 'pg_dump'), ['-Fc', '-Z1', ...at(source), '-d', from, '-f', file], {
      reject: false,
    });
    if (dump.exitCode !== 0) return said(dump.stderr, false);
    const done = await execa(join(target.bin, 'pg_restore'), [...at(target), '-d', into, file], { reject: false });
    return said(done.stderr, true);
  } finally {
    await execa('rm', ['-f', file]);
  }
}

function said(stderr: string, dumped: boolean): StockResult {
  const errors = Array.from(
    stderr.matchAll(/^pg_(?:restore|dump): (?:error|detail): (.*)$/gm),
    (match) => match[1] ?? '',
  );
  const ofDump = errors.find((text) => text.startsWith('Error message from server: '));
  const first = dumped ? errors[0] : (ofDump ?? errors[0]);
  return { errors: dumped ? errors.length : 1, ...(first === undefined ? {} : { first }), dumped };
}

function at(server: Server): string[] {
  return ['-h', '127.0.0.1', '-p', String(server.port), '-U', server.superuser];
}
