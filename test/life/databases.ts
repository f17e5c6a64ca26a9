import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';

/** A database of the kind that people have: `data/<name>.sql`, and what has to be there before it is loaded. */
export interface LifeDatabase {
  readonly name: string;
  /** its first line: what is odd about it */
  readonly about: string;
  readonly sql: string;
  /** clauses of CREATE DATABASE */
  readonly create: string;
  /** `name [attributes]` of roles that the source has */
  readonly roles: readonly string[];
  /** a tablespace that only the source has */
  readonly tablespace?: string;
  /** `name = value`, set for the source's superuser while it is worked with */
  readonly setting?: string;
  /** majors that can hold it */
  readonly from: number;
  readonly until: number;
}

/** All of them, by name. Lines `--@ key: value` say what a file needs. */
export async function lifeDatabases(): Promise<LifeDatabase[]> {
  const folder = fileURLToPath(new URL('data', import.meta.url));
  const files = (await readdir(folder)).filter((file) => file.endsWith('.sql')).sort();
  return Promise.all(
    files.map(async (file) => {
      const sql = await readFile(join(folder, file), 'utf8');
      const said = (key: string): string[] =>
        Array.from(sql.matchAll(/^--@ (\w+): (.*)$/gm))
          .filter((match) => match[1] === key)
          .map((match) => match[2] ?? '');
      const [tablespace] = said('tablespace');
      const [setting] = said('setting');
      return {
        name: file.slice(0, -'.sql'.length),
        about: /^-- (.*)/.exec(sql)?.[1] ?? '',
        sql,
        create: said('create')[0] ?? '',
        roles: said('role'),
        ...(tablespace === undefined ? {} : { tablespace }),
        ...(setting === undefined ? {} : { setting }),
        from: Number(said('from')[0] ?? 0),
        until: Number(said('until')[0] ?? 99),
      };
    }),
  );
}
