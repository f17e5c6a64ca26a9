import assert from 'node:assert/strict';
import { isAppError, type AppError } from '../../../../src/core/base/errors';
import type { ArchiveReading } from '../../../../src/core/postgres/archive/reading';
import { readTableOfContents } from '../../../../src/core/postgres/archive/format/readTableOfContents';
import type { Server } from '../../../lab/servers';
import { anatomyOf, chance, damage, damages, type Anatomy, type Damage } from './damageArchive';
import { dumpOf, inPieces, readBuffer, restoredText, serverWithData } from './realArchives';

const perKind = 60;
const kinds = Object.keys(damages) as Damage[];

describe('damaged archives', function () {
  this.timeout(240_000);
  let server: Server;
  before(async () => {
    server = await serverWithData(18);
    await server.sql('postgres', 'create database small');
    await server.sql('small', 'create table a (x int, y text); create table b (z text); create table c (i int)');
    await server.sql(
      'small',
      `insert into a values (1, 'one'), (2, null); insert into b values ('z'), (repeat('long ', 40))`,
    );
    await server.sql('small', `select lo_from_bytea(5, 'large object')`);
  });
  after(() => server.stop());

  for (const compression of ['none', 'gzip:1', 'lz4', 'zstd:1']) {
    it(`finds a cut at every byte (${compression})`, async () => {
      const archive = await dumpOf(server, 'small', '-Z', compression);
      await readBuffer(archive);
      for (let at = 0; at < archive.length; at += 1) {
        const refused = await refusalOf(archive.subarray(0, at));
        assert.ok(isAppError(refused, 'archive.damaged'), `cut at ${at} of ${archive.length}: ${String(refused)}`);
        assert.equal(refused.data['offset'], at, `cut at ${at}: ${JSON.stringify(refused.data)}`);
        assert.equal(typeof refused.data['reason'], 'string');
      }
    });

    it(`finds ${kinds.length * perKind} seeded damages (${compression})`, async () => {
      const archive = await dumpOf(server, 'odd', '-Z', compression);
      const toc = await readTableOfContents(inPieces(archive));
      const anatomy = anatomyOf(archive, toc.bytes.length);
      const whole = await readBuffer(archive);
      for (const kind of kinds) await damageMany(server, archive, anatomy, whole, kind, compression);
    });
  }

  it('says which table is missing when the file ends between two blocks', async () => {
    const archive = await dumpOf(server, 'small', '-Z', 'none');
    const toc = await readTableOfContents(inPieces(archive));
    const { blocks } = anatomyOf(archive, toc.bytes.length);
    const refused = await refusalOf(archive.subarray(0, blocks[1]![0]));
    assert.ok(isAppError(refused));
    assert.deepEqual(refused.data, {
      offset: blocks[1]![0],
      reason: 'block.missing',
      entry: 'TABLE DATA public.b',
    });
  });
});

async function damageMany(
  server: Server,
  archive: Buffer,
  anatomy: Anatomy,
  whole: ArchiveReading,
  kind: Damage,
  compression: string,
): Promise<void> {
  const random = chance(20261123);
  for (let round = 0; round < perKind; round += 1) {
    const broken = damage(archive, anatomy, kind, random);
    const place = `${compression}, ${kind}, round ${round}`;
    // a cut that loses nothing, or a swap of nothing, is none
    if (broken.equals(archive)) continue;
    const refused = await refusalOf(broken);
    if (refused !== undefined) {
      assert.ok(/^archive\./.test(refused.code), `${place}: ${String(refused)}`);
      continue;
    }
    assert.notEqual(damages[kind], 'structure', `${place}: not refused`);
    const reading = await readBuffer(broken);
    assert.notEqual(reading.sha256, whole.sha256, place);
    if (kind !== 'payload') continue;
    // a bit may mean nothing (padding) or the same (a match in a run): pg_restore, which knows nothing of us, is the judge
    const same = (await textOf(server, broken)) === (await textOf(server, archive));
    if (compression === 'gzip:1') assert.ok(same, `${place}: gzip checks its contents by itself`);
    const digests = [reading.tables, reading.largeObjects];
    if (same) assert.deepEqual(digests, [whole.tables, whole.largeObjects], place);
    else assert.notDeepEqual(digests, [whole.tables, whole.largeObjects], `${place}: same digests`);
  }
}

/** All data as SQL; undefined where pg_restore refuses the archive. */
async function textOf(server: Server, archive: Buffer): Promise<string | undefined> {
  return restoredText(server, archive, '--restrict-key=k').catch(() => undefined);
}

async function refusalOf(archive: Buffer): Promise<AppError | undefined> {
  try {
    await readBuffer(archive);
    return undefined;
  } catch (error) {
    assert.ok(isAppError(error), String(error));
    return error;
  }
}
