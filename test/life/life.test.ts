import assert from 'node:assert/strict';
import { appendFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ferry, told, type FerrySetting, type Run } from '../lab/ferry';
import { compareFingerprints, fingerprint, type Fingerprint } from '../lab/independent';
import { places, startLab, type Lab, type PlaceName } from '../lab/lab';
import { lifeDatabases, type LifeDatabase } from './databases';
import { load, stockCopy } from './stock';

/** Where the table goes; undefined: nowhere. */
const table = process.env['LIFE_TABLE'];

const pairs = [
  ['source', 'source', 'source'],
  ['source', 'pg16', 'pg16'],
  ['pg16', 'pg18', 'pg16'],
  ['source', 'pg18', 'source'],
  ['pg18', 'pg18', 'pg18'],
] as const satisfies readonly (readonly [PlaceName, PlaceName, PlaceName])[];

/**
 * Databases of the kind that people have, copied between majors, and judged by SQL that knows nothing of the product, with what
 * `pg_dump | pg_restore` makes of them beside it: nothing that stock restores is refused without a way on, nothing is lost untold.
 */
describe('databases of real life', () => {
  let lab: Lab;
  let setting: FerrySetting;

  before(async () => {
    lab = await startLab({ only: ['source', 'pg16', 'pg18'], seed: false });
    setting = { kubeconfig: lab.kubeconfig, root: await mkdtemp(join(tmpdir(), 'dbf-life-')) };
    if (table !== undefined)
      await writeFile(
        table,
        '| database | from → to | DB Ferry | told | with `--go-on` | stock: errors |\n|---|---|---|---|---|---|\n',
      );
  });
  after(async () => {
    await lab.close();
    await rm(setting.root, { recursive: true, force: true });
  });

  for (const [from, to] of pairs) {
    it(`${from} → ${to}`, async function () {
      this.timeout(1_800_000);
      const wrong: string[] = [];
      for (const database of await lifeDatabases()) {
        if (!fits(database, lab.server(from).major, lab.server(to).major, from === to)) continue;
        if (!new RegExp(process.env['LIFE_ONLY'] ?? '').test(database.name)) continue;
        try {
          wrong.push(...(await judged(database, from, to)).map((what) => `${database.name}: ${what}`));
        } catch (error) {
          wrong.push(`${database.name}: ${error instanceof Error ? error.message : String(error)}`);
        }
      }
      assert.deepEqual(wrong, []);
    });
  }

  /** What is wrong with how a database fared; nothing, where all is well. */
  async function judged(database: LifeDatabase, from: PlaceName, to: PlaceName): Promise<string[]> {
    const source = lab.server(from);
    const target = lab.server(to);
    const { name } = database;
    const names = { ours: `${name}_ours`, on: `${name}_on`, stock: `${name}_stock` };
    await prepare(database, from);
    try {
      const ours = await ferry(
        setting,
        'copy',
        `${places[from]}/${name}`,
        `${places[to]}/${names.ours}`,
        '--create-roles',
      );
      const wentOn = ours.exitCode === 1 || ours.exitCode === 4 ? await goOn(from, to, name, names.on) : undefined;
      const stock = await stockCopy(source, name, target, names.stock);
      const seen = {
        source: await look(from, name),
        stock: await look(to, names.stock),
        mine: await look(to, wentOn ? names.on : names.ours).catch(() => undefined),
      };
      await tell(database, `${source.major} → ${target.major}`, ours, wentOn, stock);
      return verdict(seen, wentOn ?? ours);
    } finally {
      for (const one of Object.values(names))
        await target.sql('postgres', `drop database if exists "${one}" with (force)`);
      await source.sql('postgres', `drop database if exists "${name}" with (force)`);
      if (database.setting !== undefined)
        await source.sql('postgres', `alter role "${source.superuser}" reset ${database.setting.split(' ')[0] ?? ''}`);
    }
  }

  async function goOn(from: PlaceName, to: PlaceName, name: string, into: string): Promise<Run> {
    return ferry(setting, 'copy', `${places[from]}/${name}`, `${places[to]}/${into}`, '--create-roles', '--go-on');
  }

  async function prepare(database: LifeDatabase, from: PlaceName): Promise<void> {
    const server = lab.server(from);
    const { name } = database;
    for (const role of database.roles) {
      const quoted = role.replace(/^(\S+ "[^"]+"|\S+)/, (text) => `"${text.replaceAll('"', '""')}"`);
      await server.sql('postgres', `create role ${quoted}`).catch(() => undefined);
    }
    if (database.tablespace !== undefined) {
      const folder = join(server.folder, database.tablespace);
      await mkdir(folder, { recursive: true });
      const { execa } = await import('execa');
      if (server.uid !== undefined) await execa('chown', [String(server.uid), folder]);
      await server
        .sql('postgres', `create tablespace ${database.tablespace} location '${folder}'`)
        .catch(() => undefined);
    }
    await server.sql('postgres', `create database "${name}" template template0 ${database.create}`);
    await load(server, name, database.sql);
    if (database.setting !== undefined)
      await server.sql('postgres', `alter role "${server.superuser}" set ${database.setting}`);
  }

  async function look(place: PlaceName, database: string): Promise<Fingerprint> {
    const server = lab.server(place);
    const client = await server.connect(database);
    try {
      const seen = new Map(await fingerprint(client));
      const [row] = (await client.query<Record<string, string>>(ofTheDatabase)).rows;
      for (const [key, value] of Object.entries(row ?? {})) seen.set(`database ${key}`, value);
      return seen;
    } finally {
      await client.end();
    }
  }

  async function tell(
    { name, about }: LifeDatabase,
    way: string,
    ours: Run,
    wentOn: Run | undefined,
    stock: { errors: number; first?: string },
  ): Promise<void> {
    const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ').slice(0, 160);
    const line = `| ${name}: ${cell(about)} | ${way} | ${cell(outcome(ours))} | ${cell(toldBy(ours))} | ${wentOn ? cell(`${outcome(wentOn)}; ${toldBy(wentOn)}`) : ''} | ${stock.errors}${stock.first === undefined ? '' : `: ${cell(stock.first)}`} |`;
    console.log(line);
    if (table !== undefined) await appendFile(table, `${line}\n`);
  }
});

function fits({ from, until }: LifeDatabase, source: number, target: number, isOneServer: boolean): boolean {
  if (from > 16 && source === 18) return target >= from;
  return source !== 18 && source >= from && source <= until && (isOneServer || target !== source);
}

/** What belongs to the database itself, in words that all majors share. */
const ofTheDatabase = `select pg_get_userbyid(datdba) as owner, pg_encoding_to_char(encoding) as encoding, datcollate as collate, datctype as ctype,
  datconnlimit::text as limit, coalesce(shobj_description(oid, 'pg_database'), '') as comment,
  (select coalesce(string_agg(a::text, ',' order by a::text), '') from unnest(coalesce(datacl, acldefault('d', datdba))) a) as grants,
  (select coalesce(string_agg(setrole::regrole::text || ':' || array_to_string(setconfig, ','), ';' order by 1), '') from (select setrole, setconfig from pg_db_role_setting where setdatabase = d.oid) s) as settings
  from pg_database d where datname = current_database()`;

/**
 * Done means: the same by SQL. With differences: each thing that differs is named. Refused or failed with a way on: what stock has, is there.
 */
function verdict(
  { source, stock, mine }: { source: Fingerprint; stock: Fingerprint; mine: Fingerprint | undefined },
  run: Run,
): string[] {
  if (run.exitCode !== 0 && run.exitCode !== 3) return [`no way on: ${told(run).slice(0, 600)}`];
  if (!mine) return [`exit ${run.exitCode}, and there is no database`];
  const text = JSON.stringify(run.result);
  const lost = compareFingerprints(source, mine);
  const untold = lost.filter(
    (line) => run.exitCode === 0 || !text.includes(JSON.stringify(lastName(line)).slice(1, -1)),
  );
  const rowsOf = (seen: Fingerprint): string[] =>
    Array.from(seen).flatMap(([key, value]) => (key.startsWith('rows ') ? [`${key} ${value}`] : []));
  const has = new Set(rowsOf(mine));
  const wanted = new Set(rowsOf(source));
  const missing = rowsOf(stock).filter((row) => wanted.has(row) && !has.has(row));
  return [...untold.map((line) => `untold: ${line}`), ...missing.map((row) => `stock has: ${row}`)];
}

/** `rows public.t: …` → `t`; `database owner: …` → `owner`. */
function lastName(line: string): string {
  const key = /^([^:]+)/.exec(line)?.[1] ?? line;
  return key.split(/[ .(]/).filter(Boolean).at(-1) ?? key;
}

function outcome(run: Run): string {
  return `${run.exitCode} ${run.result.outcome}${run.result.error ? ` ${run.result.error.code}` : ''}`;
}

function toldBy({ result }: Run): string {
  const codes = [
    ...(result.findings ?? []).filter(({ level }) => level !== 'note').map(({ code }) => code),
    ...(result.differences ?? []).map((one) => JSON.stringify(one)),
  ];
  return [...new Set(codes)].join(' · ');
}
