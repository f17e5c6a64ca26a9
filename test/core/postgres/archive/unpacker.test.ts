import { execaSync } from 'execa';
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { setTimeout } from 'node:timers/promises';
import { deflateSync, zstdCompressSync } from 'node:zlib';
import { AppError, isAppError } from '../../../../src/core/base/errors';
import { damaged, type Damage } from '../../../../src/core/postgres/archive/format/damage';
import { Lz4Unpacker } from '../../../../src/core/postgres/archive/format/lz4Frame';
import { unpackerFor } from '../../../../src/core/postgres/archive/format/unpacker';
import type { Unpacker } from '../../../../src/core/postgres/archive/format/unpacking';
import { chance } from './damageArchive';
import { sampleRows } from './generateArchive';
import { leaveOut } from '../../../tools/leaveOut';

const fail = (damage: Damage): never => {
  throw damaged(0, damage);
};

const texts = {
  'a small one': sampleRows(2000),
  'a long one': sampleRows(3_000_000),
  noise: randomBytes(700_000),
  'one that packs a thousandfold': Buffer.alloc(8_000_000, 32),
};

describe('unpacker', () => {
  for (const compression of ['gzip', 'zstd'] as const) {
    const pack = compression === 'gzip' ? deflateSync : zstdCompressSync;
    for (const [name, text] of Object.entries(texts)) {
      it(`unpacks ${compression}: ${name}; refuses it with its end missing or something after it`, async () => {
        const packed = Buffer.from(pack(text));
        const unpacker = unpackerFor(compression, fail);
        assert.ok((await unpack(unpacker, packed, 4096)).equals(text));
        for (const lost of [1, 2, 5, Math.floor(packed.length / 2)]) {
          await refuses(unpackerFor(compression, fail), packed.subarray(0, packed.length - lost));
        }
        await refuses(unpackerFor(compression, fail), Buffer.concat([packed, Buffer.from('garbage')]));
        // the same unpacker takes the next block
        assert.ok((await unpack(unpacker, packed, 100_000)).equals(text));
        assert.equal((await unpack(unpacker, Buffer.alloc(0), 1)).length, 0);
      });
    }
  }
});

describe('unpacker with a slow sink', () => {
  for (const compression of ['gzip', 'zstd'] as const) {
    const pack = compression === 'gzip' ? deflateSync : zstdCompressSync;
    it(`${compression}: one piece at a time, and it ends when the last one was taken`, async () => {
      const text = sampleRows(3_000_000);
      for (const bytes of [1_100_000, 1_200_000, 131_072 * 9, 131_072 * 12 + 1, 2_400_000, 3_000_000]) {
        const packed = Buffer.from(pack(text.subarray(0, bytes)));
        for (const size of [4096, 131_072, packed.length]) {
          const unpacker = unpackerFor(compression, fail);
          let underWay = 0;
          let taken = 0;
          unpacker.begin(async (_bytes, _view, from, to) => {
            assert.equal((underWay += 1), 1);
            await setTimeout(2);
            underWay -= 1;
            taken += to - from;
          });
          await feed(unpacker, packed, size);
          assert.deepEqual({ underWay, taken }, { underWay: 0, taken: bytes });
        }
      }
    });

    it(`${compression}: what goes wrong with the last piece is thrown`, async () => {
      const text = sampleRows(2_000_000);
      const packed = Buffer.from(pack(text));
      const unpacker = unpackerFor(compression, fail);
      let taken = 0;
      unpacker.begin(async (_bytes, _view, from, to) => {
        taken += to - from;
        await setTimeout(2);
        if (taken === text.length) throw new AppError('disk.full', { folder: '/there', free: 0, needed: 1 });
      });
      await assert.rejects(feed(unpacker, packed, 131_072), (error) => isAppError(error, 'disk.full'));
      unpacker.close();
    });
  }
});

describe('lz4 frames', function () {
  this.timeout(60_000);
  const flavours = [
    ['-1'],
    ['-9'],
    ['-BD', '-B4'],
    ['-BD', '-B7', '-BX'],
    ['--no-frame-crc', '-B5'],
    ['--content-size'],
  ];
  before(function () {
    // the lz4 tool is an independent writer; real pg_dump archives are read in readArchive.test.ts
    if (execaSync('lz4', ['--version'], { reject: false }).exitCode !== 0) leaveOut(this, 'the lz4 tool');
  });

  for (const flavour of flavours) {
    it(`unpacks what lz4 ${flavour.join(' ')} writes`, async () => {
      for (const text of Object.values(texts)) {
        const { stdout } = execaSync('lz4', ['-c', ...flavour], {
          input: text,
          encoding: 'buffer',
          stripFinalNewline: false,
          maxBuffer: 1e8,
        });
        const packed = Buffer.from(stdout);
        for (const size of [1000, 1 << 20]) assert.ok((await unpack(new Lz4Unpacker(fail), packed, size)).equals(text));
        await refuses(new Lz4Unpacker(fail), packed.subarray(0, packed.length - 1));
        await refuses(new Lz4Unpacker(fail), Buffer.concat([packed, Buffer.from('x')]));
      }
    });
  }

  it('never reads or writes outside of its buffers, whatever the damage', async () => {
    const { stdout } = execaSync('lz4', ['-c', '-BD', '--no-frame-crc'], {
      input: sampleRows(50_000),
      encoding: 'buffer',
    });
    const random = chance(7);
    let refused = 0;
    for (let round = 0; round < 500; round += 1) {
      const broken = Buffer.from(stdout);
      broken[random(broken.length)] = random(256);
      try {
        await unpack(new Lz4Unpacker(fail), broken, 5000);
      } catch (error) {
        assert.ok(isAppError(error, 'archive.damaged'), String(error));
        refused += 1;
      }
    }
    assert.ok(refused > 20, `${refused} refused`);
  });
});

async function unpack(unpacker: Unpacker, packed: Buffer, size: number): Promise<Buffer> {
  const texts: Buffer[] = [];
  unpacker.begin((bytes, view, from, to) => {
    assert.equal(view.byteLength, bytes.length);
    texts.push(Buffer.from(bytes.subarray(from, to)));
  });
  await feed(unpacker, packed, size);
  return Buffer.concat(texts);
}

async function feed(unpacker: Unpacker, packed: Buffer, size: number): Promise<void> {
  for (let at = 0; at < packed.length; at += size) {
    // a copy that is spoilt afterwards: nothing may be kept by reference
    const piece = Buffer.from(packed.subarray(at, at + size));
    await unpacker.write(piece, new DataView(piece.buffer, piece.byteOffset, piece.length), 0, piece.length);
    piece.fill(0);
  }
  await unpacker.end();
}

async function refuses(unpacker: Unpacker, packed: Buffer): Promise<void> {
  await assert.rejects(unpack(unpacker, packed, 50_000), (error) => isAppError(error, 'archive.damaged'));
  unpacker.close();
}
