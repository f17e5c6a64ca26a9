import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JobEvent } from '../../../src/core/job/record/jobEvents';
import { ferry, startFerry, told, type FerrySetting, type Run } from '../ferry';
import { compareFingerprints, fingerprint, type Fingerprint } from '../independent';
import { places, startLab, type Lab, type PlaceName } from '../lab';
import type { ExecFault } from '../labPod';
import type { Server } from '../servers';

export const source = `${places.sclorg}/app`;
export const target = `${places.limited}/app`;
export const inPlace = ['--as', 'replace', '--yes', '--no-owner', '--in-place'];

/** A backup, and another database in whose place it goes, by an owner who may not create databases. */
export class Scene {
  backup = '';
  /** the target, as it has to stay where nothing is restored */
  live: Fingerprint = new Map();

  private constructor(
    readonly lab: Lab,
    readonly setting: FerrySetting,
  ) {}

  static async start(): Promise<Scene> {
    const lab = await startLab({ only: ['sclorg', 'limited'] });
    const setting = { kubeconfig: lab.kubeconfig, root: await mkdtemp(join(tmpdir(), 'dbf-root-')) };
    const scene = new Scene(lab, setting);
    try {
      await scene.#backUp();
      return scene;
    } catch (error) {
      await scene.close();
      throw error;
    }
  }

  async #backUp(): Promise<void> {
    await this.limited.sql('postgres', 'alter role app_owner nocreatedb');
    await this.sclorg.sql('postgres', 'create role shop_app');
    await this.sclorg.sql('app', wanted);
    this.backup = String((await this.expectExit(0, 'backup', source)).result.data['backup']);
  }

  /** Before each test: no fault, and the target as if nothing had been restored. */
  async renew(): Promise<void> {
    this.heal();
    await this.limited.sql('postgres', 'drop database app with (force)');
    await this.limited.sql('postgres', 'create database app owner app_owner');
    await this.limited.sql('app', 'create extension pg_trgm');
    await this.asOwner(present);
    this.live = await this.seen('limited');
  }

  async close(): Promise<void> {
    await this.lab.close();
    await rm(this.setting.root, { recursive: true, force: true });
  }

  get sclorg(): Server {
    return this.lab.server('sclorg');
  }

  get limited(): Server {
    return this.lab.server('limited');
  }

  /** The restore that most tests run. */
  get restore(): string[] {
    return ['restore', this.backup, target, ...inPlace];
  }

  startRestore(): ReturnType<typeof startFerry> {
    return startFerry(this.setting, ...this.restore);
  }

  async expectExit(exitCode: number, ...args: string[]): Promise<Run> {
    const run = await ferry(this.setting, ...args);
    assert.equal(run.exitCode, exitCode, `${args.join(' ')}\n${told(run)}`);
    return run;
  }

  async asOwner(sql: string): Promise<void> {
    const owner = await this.limited.connect('app', 'app_owner');
    await owner.query(sql);
    await owner.end();
  }

  /** A dump of the target, slowed down. */
  slow(match: string, bytesPerSecond: number): void {
    this.fault({ kind: 'slow', match, bytesPerSecond });
  }

  fault(fault: ExecFault): void {
    this.lab.clusters['cluster-b'].state.faults.exec.push(fault);
  }

  heal(): void {
    this.lab.clusters['cluster-b'].state.faults.exec = [];
  }

  /** Waits until no session of ours is left. */
  async gone(): Promise<void> {
    const until = Date.now() + 30_000;
    while ((await this.#sessions()).length > 0 && Date.now() < until)
      await new Promise((resolve) => setTimeout(resolve, 200));
  }

  async unchanged(): Promise<void> {
    assert.deepEqual(await this.#sessions(), []);
    assert.deepEqual(compareFingerprints(this.live, await this.seen('limited')), []);
  }

  async againstSource(): Promise<string[]> {
    return compareFingerprints(await this.seen('sclorg', false), await this.seen('limited', false));
  }

  async seen(place: PlaceName, owners = true): Promise<Fingerprint> {
    const client = await this.lab.server(place).connect('app');
    try {
      return await fingerprint(client, { owners });
    } finally {
      await client.end();
    }
  }

  async #sessions(): Promise<unknown[]> {
    return this.limited.sql(
      'postgres',
      `select application_name, state, query from pg_stat_activity where application_name like 'db-ferry-%'`,
    );
  }
}

/** Waits until the job is there; its pid. */
export async function inPhase(events: readonly JobEvent[], phase: string): Promise<number> {
  const until = Date.now() + 90_000;
  const isIn = (): boolean => events.some((event) => event.type === 'phase' && event.phase === phase);
  while (!isIn()) {
    assert.ok(Date.now() < until && !events.some(({ type }) => type === 'result'), JSON.stringify(events.slice(-3)));
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  const started = events.find((event) => event.type === 'started');
  assert.ok(started?.type === 'started');
  return started.process.pid;
}

const wanted = `create extension pg_trgm;
create schema shop;
create type shop.state as enum ('new', 'paid');
create table shop.orders (id bigint generated always as identity primary key, state shop.state not null default 'new', note text, at timestamptz, data bytea, total money);
insert into shop.orders (note, at, data, total) select 'Zoë' || E'\\t\\\\.\\n' || repeat(md5(i::text), 3), timestamptz '2024-03-31 01:30+00' + i * interval '1 minute', decode(md5(i::text), 'hex'), i::text::money from generate_series(1, 60000) i;
create table shop.parts (id int references shop.orders, a text) partition by hash (id);
create table shop.parts_0 partition of shop.parts for values with (modulus 2, remainder 0);
create table shop.parts_1 partition of shop.parts for values with (modulus 2, remainder 1);
insert into shop.parts values (1, 'one'), (2, E'\\\\.'), (3, null);
create table notes (note text);
insert into notes values (E'\\\\unrestrict \`touch /tmp/x\`'), (E'\\\\! touch /tmp/x');
create table nothing ();
create index on shop.orders using gin (note gin_trgm_ops);
create function shop.add(a int, b int) returns int language sql immutable as 'select a + b';
comment on function shop.add(int, int) is E'it''s $$ and\\n\\\\! touch /tmp/x';
create view shop.paid as select * from shop.orders where state = 'paid';
create materialized view shop.totals as select count(*) from shop.orders;
create aggregate shop.total(int) (sfunc = shop.add, stype = int, initcond = '0');
create sequence shop.tickets start 5 increment 3; select nextval('shop.tickets');
create sequence shop."Zähler ✓ 数"; select nextval('shop."Zähler ✓ 数"');
grant usage on schema shop to shop_app; grant select on shop.orders to shop_app;`;

const present = `create table notes (note text, other int default 7);
insert into notes values ('live', 1);
create type mood as enum ('good', 'bad');
create domain short as varchar(10);
create type pair as (a int, b mood);
create table old (id serial primary key, m mood, s short, p pair, at timestamptz default now());
insert into old (m, s, p) select 'good', 'x' || i, row(i, 'bad')::pair from generate_series(1, 1000) i;
create index on old using gin ((s::text) gin_trgm_ops);
create view seen as select * from old;
create function twice(int) returns int language sql immutable as 'select $1 * 2';
create procedure proceed() language sql as 'select 1';
create aggregate most(int) (sfunc = int4larger, stype = int);
create operator === (leftarg = int, rightarg = int, function = int4eq);
create schema more; create table more.things (a int); insert into more.things values (1);
create statistics old_stats (dependencies) on id, m from old;
create collation plain from "C";
grant select on old to shop_app;
alter default privileges in schema more grant select on tables to shop_app;
alter default privileges grant select on tables to shop_app;
alter default privileges revoke execute on functions from public;
alter default privileges in schema public grant usage on types to shop_app;
grant create on schema public to shop_app;`;
