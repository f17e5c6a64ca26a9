import assert from 'node:assert/strict';
import { execa } from 'execa';
import { appendFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { ferry, type FerrySetting, type Run } from '../lab/ferry';
import { fingerprint, type Fingerprint } from '../lab/independent';
import { places, startLab, type Lab, type PlaceName } from '../lab/lab';
import type { Server } from '../lab/servers';
import { lifeDatabases, type LifeDatabase } from './databases';
import { lineOf, pageOf, type Fared } from './page';
import { load, stockCopy } from './stock';
import { verdict } from './verdict';

/** Where the page of docs goes; undefined: nowhere. */
const page = process.env['LIFE_PAGE'];
/** Where each copy is noted as it ends; a run that finds some there goes on behind them. */
const notes = process.env['LIFE_NOTES'];
/** of databases, by name; of ways, as `15 → 16` without the blanks */
const only = {
  databases: new RegExp(process.env['LIFE_ONLY'] ?? ''),
  ways: new RegExp(process.env['LIFE_WAYS'] ?? ''),
};

const pairs = [
  ['source', 'source', '15→15'],
  ['source', 'pg16', '15→16'],
  ['pg16', 'pg18', '16→18'],
  ['source', 'pg18', '15→18'],
  ['pg18', 'pg18', '18→18'],
] as const satisfies readonly (readonly [PlaceName, PlaceName, string])[];

/**
 * Databases of the kind that people have, copied between majors, and judged by SQL that knows nothing of the product, with what
 * `pg_dump | pg_restore` makes of them beside it: nothing that stock restores is refused without a way on, nothing is lost untold.
 */
describe('databases of real life', () => {
  let lab: Lab;
  let setting: FerrySetting;
  const all: Fared[] = [];
  const isDone = ({ name }: LifeDatabase, way: string): boolean =>
    all.some((one) => one.database.name === name && one.way === way);

  before(async () => {
    if (notes !== undefined) all.push(...(await noted(notes)));
    lab = await startLab({ only: ['source', 'pg16', 'pg18'], seed: false });
    setting = { kubeconfig: lab.kubeconfig, root: await mkdtemp(join(tmpdir(), 'dbf-life-')) };
  });
  after(async () => {
    await lab.close();
    await rm(setting.root, { recursive: true, force: true });
    if (page !== undefined) await writeFile(page, pageOf(all));
  });

  for (const [from, to, way] of pairs) {
    if (!only.ways.test(way)) continue;
    it(way, async function () {
      this.timeout(3_600_000);
      const wrong: string[] = [];
      for (const database of await lifeDatabases()) {
        if (!fits(database, lab.server(from).major, lab.server(to).major, from === to)) continue;
        if (!only.databases.test(database.name) || isDone(database, wayOf(lab.server(from), lab.server(to)))) continue;
        try {
          const fared = await copied(database, from, to);
          all.push(fared);
          // what the judge holds against it is tried again
          if (notes !== undefined && fared.wrong.length === 0) await appendFile(notes, `${JSON.stringify(fared)}\n`);
          console.log(lineOf(fared));
          wrong.push(...fared.wrong.map((what) => `${database.name}: ${what}`));
        } catch (error) {
          wrong.push(`${database.name}: ${error instanceof Error ? error.message : String(error)}`);
        }
      }
      assert.deepEqual(wrong, []);
    });
  }

  async function copied(database: LifeDatabase, from: PlaceName, to: PlaceName): Promise<Fared> {
    const [source, target] = [lab.server(from), lab.server(to)];
    const { name } = database;
    const names = { ours: `${name}_ours`, on: `${name}_on`, stock: `${name}_stock` };
    await prepare(database, source);
    try {
      // before anybody else logs in there: who does may write
      const before = await look(source, name);
      const ours = await copy(from, to, name, names.ours);
      const isOver = ours.exitCode === 1 || ours.exitCode === 4;
      const wentOn = isOver ? await copy(from, to, name, names.on, '--go-on') : undefined;
      const stock = await stockCopy(source, name, target, names.stock);
      const seen = {
        source: before,
        stock: stock.dumped ? await look(target, names.stock).catch(() => undefined) : undefined,
        mine: await look(target, wentOn ? names.on : names.ours).catch(() => undefined),
      };
      const way = wayOf(source, target);
      const readable = seen.stock !== undefined;
      return { database, way, ours, wentOn, stock: { ...stock, readable }, wrong: verdict(seen, wentOn ?? ours) };
    } finally {
      if (database.setting !== undefined)
        await source.sql('postgres', `alter role "${source.superuser}" reset ${database.setting.split(' ')[0] ?? ''}`);
      for (const one of Object.values(names)) await drop(target, one);
      await drop(source, name);
      // the next one finds none of its roles there
      if (from !== to)
        for (const role of database.roles)
          await target.sql('postgres', `drop role if exists ${bare(role)}`).catch(() => undefined);
    }
  }

  async function copy(from: PlaceName, to: PlaceName, name: string, into: string, ...more: string[]): Promise<Run> {
    return ferry(setting, 'copy', `${places[from]}/${name}`, `${places[to]}/${into}`, '--create-roles', ...more);
  }
});

function wayOf(source: Server, target: Server): string {
  return `${source.major} → ${target.major}`;
}

async function noted(file: string): Promise<Fared[]> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Fared);
}

async function prepare(database: LifeDatabase, server: Server): Promise<void> {
  const { name } = database;
  for (const role of database.roles) {
    const attributes = role.slice(bare(role, false).length);
    await server.sql('postgres', `create role ${bare(role)}`).catch(() => undefined);
    if (attributes.trim() !== '') await server.sql('postgres', `alter role ${bare(role)} ${attributes}`);
  }
  if (database.tablespace !== undefined) {
    const folder = join(server.folder, database.tablespace);
    await mkdir(folder, { recursive: true });
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

/** The name in a line `name [attributes]`, quoted unless that is not wanted. */
function bare(role: string, quoted = true): string {
  const name = /^(?:\S+ "[^"]+"|\S+)/.exec(role)?.[0] ?? role;
  return quoted ? `"${name.replaceAll('"', '""')}"` : name;
}

/** A subscription holds its database. */
async function drop(server: Server, database: string): Promise<void> {
  const there = await server.sql('postgres', `select from pg_database where datname = '${database}'`);
  if (there.length === 0) return;
  const subscriptions = await server.sql<{ name: string }>(
    'postgres',
    `select quote_ident(subname) as name from pg_subscription s join pg_database d on d.oid = s.subdbid where datname = '${database}'`,
  );
  for (const { name } of subscriptions) {
    await server.sql(database, `alter subscription ${name} disable`);
    await server.sql(database, `alter subscription ${name} set (slot_name = none)`);
    await server.sql(database, `drop subscription ${name}`);
  }
  await server.sql('postgres', `drop database if exists "${database}" with (force)`);
}

/** In a session that sets off no trigger. */
async function look({ port, superuser, major }: Server, database: string): Promise<Fingerprint> {
  const options = major >= 17 ? { options: '-c event_triggers=off' } : {};
  const client = new Client({ host: '127.0.0.1', port, user: superuser, database, ...options });
  client.on('error', () => undefined);
  await client.connect();
  try {
    const seen = new Map(await fingerprint(client, { publications: true }));
    const [row] = (await client.query<Record<string, string>>(ofTheDatabase)).rows;
    for (const [key, value] of Object.entries(row ?? {})) seen.set(`database ${key}`, value);
    const subscriptions = await client.query<{ name: string }>(
      `select subname as name from pg_subscription where subdbid = (select oid from pg_database where datname = current_database())`,
    );
    for (const { name } of subscriptions.rows) seen.set(`subscription ${name}`, 'is there');
    return seen;
  } finally {
    await client.end();
  }
}

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
