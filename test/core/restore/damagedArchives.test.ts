import assert from 'node:assert/strict';
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { backUp } from '../../../src/core/backup/backUp';
import { archivePath, findBackup } from '../../../src/core/catalog/catalog';
import type { BackupEntry } from '../../../src/core/catalog/manifest';
import { isAppError, type AppError } from '../../../src/core/base/errors';
import type { Finding } from '../../../src/core/base/finding';
import { noLog } from '../../../src/core/base/log';
import type { Progress } from '../../../src/core/base/progress';
import { readTableOfContents } from '../../../src/core/postgres/archive/format/readTableOfContents';
import { restore } from '../../../src/core/restore/restore';
import { startServer, type Server } from '../../lab/servers';
import { openServer } from '../openServer';
import { anatomyOf, chance, damage, damages, type Anatomy, type Damage } from '../postgres/archive/damageArchive';
import { inPieces } from '../postgres/archive/realArchives';

/** `SEED=… mocha …` repeats a run. */
const seed = Number(process.env['SEED'] ?? Math.floor(Date.now() / 1000));
const kinds = Object.keys(damages) as Damage[];
/** of each kind, for each archive, with and without the manifest */
const perKind = 10;
const sources = [
  { major: 15, compress: 'gzip:1' },
  { major: 18, compress: 'zstd:1' },
  { major: 18, compress: 'none' },
] as const;

interface Original {
  readonly name: string;
  readonly entry: BackupEntry;
  readonly archive: Buffer;
  readonly anatomy: Anatomy;
}

/** How a restore ended, and how far it came. */
interface End {
  readonly refused: AppError;
  /** commands that ran in the target's pod */
  readonly commands: number;
  readonly notes: readonly string[];
  readonly findings: readonly Finding[];
}

describe(`restores of damaged archives (SEED=${seed})`, function () {
  this.timeout(120_000);
  let root: string;
  let target: Awaited<ReturnType<typeof openServer>>;
  const servers: Server[] = [];
  const originals: Original[] = [];

  before(async () => {
    root = await mkdtemp(path.join(tmpdir(), 'ferry-damage-'));
    for (const major of [15, 18] as const) {
      const server = await startServer({ major });
      servers.push(server);
      await server.sql('postgres', 'create database shop');
      await server.sql('shop', contents);
      const pod = await openServer(server);
      for (const source of sources) {
        if (source.major === major) originals.push(await backedUp(root, pod, major, source.compress));
      }
      target = pod;
    }
  });
  after(async () => {
    for (const server of servers) await server.stop();
    await rm(root, { recursive: true, force: true });
  });

  /** `shop` exists in the target and may not be replaced: a restore that trusts the archive ends in the preflight. */
  async function tryToRestore(place: string): Promise<End> {
    const before = target.exec.ran.length;
    const notes: string[] = [];
    const findings: Finding[] = [];
    const report = (progress: Progress): void => {
      if (progress.type === 'note') notes.push(progress.code);
      if (progress.type === 'finding') findings.push(progress.finding);
    };
    try {
      const backup = await findBackup(root, place);
      const request = { backup, target, database: 'shop', job: 'damage1', cluster: 'b' };
      await restore(request, { report, signal: new AbortController().signal, log: noLog });
    } catch (error) {
      assert.ok(isAppError(error), String(error));
      return { refused: error, commands: target.exec.ran.length - before, notes, findings };
    }
    assert.fail('a restore over a live database went through');
  }

  /** Damages of every kind of each archive, each written where `place` says. */
  async function* damagedOnes(folderOf: (original: Original) => Promise<string>): AsyncGenerator<{
    readonly kind: Damage;
    readonly file: string;
    readonly label: string;
  }> {
    for (const original of originals) {
      const file = path.join(await folderOf(original), 'database.dump');
      const random = chance(seed);
      for (const kind of kinds) {
        for (let round = 0; round < perKind; round += 1) {
          const broken = damage(original.archive, original.anatomy, kind, random);
          if (broken.equals(original.archive)) continue;
          await writeFile(file, broken);
          yield { kind, file, label: `${original.name}, ${kind}, round ${round}, SEED=${seed}` };
        }
      }
    }
  }

  it('goes on with archives that are whole', async () => {
    for (const { name, entry } of originals) {
      const ours = await tryToRestore(entry.folder);
      assert.equal(ours.refused.code, 'restore.refused', `${name}: ${ours.refused.message}`);
      assert.ok(ours.commands > 0);
      assert.ok(!ours.findings.some(({ code }) => code === 'archive.foreign'), name);
      assert.deepEqual(ours.notes, [], name);
    }
  });

  it('refuses every damage of a backup before it looks at the target', async () => {
    const tally = new Tally();
    const withManifest = async ({ name, entry }: Original): Promise<string> => {
      const folder = path.join(root, `with manifest, ${name}`);
      await mkdir(folder);
      for (const file of ['manifest.json', 'globals.sql']) {
        await copyFile(path.join(entry.folder, file), path.join(folder, file));
      }
      return folder;
    };
    for await (const { kind, file, label } of damagedOnes(withManifest)) {
      const { refused, commands } = await tryToRestore(path.dirname(file));
      assert.equal(refused.code, 'backup.damaged', `${label}: ${refused.code} ${refused.message}`);
      assertSaysWhere(refused, label);
      assert.equal(commands, 0, `${label}: the target was touched`);
      tally.detected(kind);
    }
    tally.print('with manifest');
    assert.equal(tally.unproven, 0);
    assert.ok(tally.total >= 250, `only ${tally.total} damages`);
  });

  it('refuses what shows in a foreign archive, and never calls the rest proven', async () => {
    const tally = new Tally();
    const withoutManifest = async ({ name }: Original): Promise<string> => {
      const folder = path.join(root, `without manifest, ${name}`);
      await mkdir(folder);
      return folder;
    };
    for await (const { kind, file, label } of damagedOnes(withoutManifest)) {
      const { refused, commands, notes, findings } = await tryToRestore(file);
      if (commands === 0) {
        assert.match(refused.code, /^archive\.(damaged|foreign|version)$/, `${label}: ${refused.message}`);
        assertSaysWhere(refused, label);
        tally.detected(kind);
        continue;
      }
      assert.equal(damages[kind], 'contents', `${label}: the target was touched`);
      assert.equal(refused.code, 'restore.refused', `${label}: ${refused.code} ${refused.message}`);
      assert.deepEqual(notes, ['integrity.notProvable'], label);
      const foreign = findings.filter(({ code }) => code === 'archive.foreign');
      assert.deepEqual(
        foreign.map(({ level }) => level),
        ['warn'],
        label,
      );
      tally.notProvable(kind);
    }
    tally.print('without manifest');
    assert.ok(tally.total >= 250, `only ${tally.total} damages`);
  });
});

/** A refusal names a reason, and the offset, the entry or at least the file. */
function assertSaysWhere({ code, data }: AppError, label: string): void {
  const { reason, version, offset, entry, backup, file } = data;
  const why = code === 'archive.version' ? version : reason;
  assert.ok(typeof why === 'string' && why !== '', `${label}: no reason in ${JSON.stringify(data)}`);
  // what it calls another format, or a later one, has no place that is wrong
  if (code === 'archive.version' || code === 'archive.foreign') return;
  const place = typeof offset === 'number' ? String(offset) : (entry ?? backup ?? file);
  assert.ok(typeof place === 'string' && place !== '', `${label}: no place in ${JSON.stringify(data)}`);
  if (code === 'archive.damaged') assert.equal(typeof offset, 'number', `${label}: no offset`);
}

class Tally {
  private readonly found = new Map<Damage, number>();
  private readonly open = new Map<Damage, number>();

  get unproven(): number {
    return sum(this.open);
  }

  get total(): number {
    return sum(this.found) + sum(this.open);
  }

  detected(kind: Damage): void {
    this.found.set(kind, (this.found.get(kind) ?? 0) + 1);
  }

  notProvable(kind: Damage): void {
    this.open.set(kind, (this.open.get(kind) ?? 0) + 1);
  }

  print(what: string): void {
    const parts = kinds.map((kind) => {
      const open = this.open.get(kind) ?? 0;
      return `${kind} ${this.found.get(kind) ?? 0}${open === 0 ? '' : `+${open}`}`;
    });
    const sums = `${sum(this.found)} refused, ${this.unproven} said to be not provable`;
    console.log(`      ${what}: ${this.total} damages, ${sums} (${parts.join(', ')}; SEED=${seed})`);
  }
}

function sum(counts: ReadonlyMap<Damage, number>): number {
  return [...counts.values()].reduce((total, count) => total + count, 0);
}

async function backedUp(
  root: string,
  pod: Awaited<ReturnType<typeof openServer>>,
  major: number,
  compress: string,
): Promise<Original> {
  const options = {
    ...{ root, compress, cluster: { alias: 'a', server: 'https://a' } },
    ...{ job: `d${major}${compress.slice(0, 4)}`, asked: { by: 'me' } },
  };
  const work = { report: () => undefined, signal: new AbortController().signal, log: noLog };
  const { entry } = await backUp(pod, 'shop', options, work);
  const archive = await readFile(archivePath(entry));
  const toc = await readTableOfContents(inPieces(archive));
  return { name: `${major} ${compress}`, entry, archive, anatomy: anatomyOf(archive, toc.bytes.length) };
}

const contents = `
  create schema shop;
  create table shop.customers (id serial primary key, name text not null unique, born date, secret bytea);
  insert into shop.customers (name, born, secret)
    select 'Zoë ' || i, date '1950-01-01' + i, decode(md5(i::text), 'hex') from generate_series(1, 300) i;
  create table shop.orders (id bigserial primary key, customer int not null references shop.customers, total numeric(12, 2), data jsonb);
  insert into shop.orders (customer, total, data)
    select 1 + i % 300, i * 1.01, jsonb_build_object('n', i, 'text', md5(i::text)) from generate_series(1, 900) i;
  create index orders_customer on shop.orders (customer);
  create table shop.states (code text primary key, label text);
  insert into shop.states values ('new', 'New'), ('paid', E'Paid\\tin full'), ('lost', null);
  create table shop.nothing (a int, b text);
  create table shop.events (at timestamptz, kind text) partition by list (kind);
  create table shop.events_a partition of shop.events for values in ('a');
  create table shop.events_rest partition of shop.events default;
  insert into shop.events select timestamptz '2026-01-01' + i * interval '1 hour', chr(97 + i % 3) from generate_series(1, 200) i;
  create view shop.open_orders as select * from shop.orders where total > 500;
  create function shop.twice(i int) returns int language sql as 'select 2 * i';
  select lo_from_bytea(9001, decode(repeat('c0ffee', 3000), 'hex')), lo_from_bytea(9002, 'small'), lo_create(9003);
`;
