import assert from 'node:assert/strict';
import { isAppError, type AppError } from '../../../src/core/base/errors';
import { makeBackupKey, openBackupKey, sealBackupKey } from '../../../src/core/encrypt/backupKey';
import { decryptedSource } from '../../../src/core/encrypt/decryptedSource';
import { decryptStream } from '../../../src/core/encrypt/decryptStream';
import { encryptWhole } from '../../../src/core/encrypt/encryptStream';
import { makeIdentity, type WrittenIdentity } from '../../../src/core/encrypt/identity';
import { bufferSource } from '../../../src/core/store/memory';
import { collect, inPieces, plainBytes } from './plain';

const chunk = 64 * 1024;
const sealed = chunk + 16;

/** A damage, and how it may be refused. */
interface Damage {
  readonly what: string;
  readonly bytes: Buffer;
  /** `encrypted.damaged` for one of these reasons, or `encrypted.locked` */
  readonly reasons: readonly string[];
  /** the chunk that it is found at; its place in the file is checked with it */
  readonly chunk?: number;
}

function flipped(whole: Buffer, at: number, bit = 0): Buffer {
  const bytes = Buffer.from(whole);
  bytes.writeUInt8(bytes.readUInt8(at) ^ (1 << bit), at);
  return bytes;
}

/** An age file that was taken to pieces. */
class Parts {
  readonly header: Buffer;
  readonly nonce: Buffer;
  readonly chunks: readonly Buffer[];

  constructor(readonly whole: Buffer) {
    const end = whole.indexOf('\n', whole.indexOf('\n--- ') + 1) + 1;
    this.header = whole.subarray(0, end);
    this.nonce = whole.subarray(end, end + 16);
    const chunks: Buffer[] = [];
    for (let at = end + 16; at < whole.length; at += sealed) chunks.push(whole.subarray(at, at + sealed));
    this.chunks = chunks;
  }

  get start(): number {
    return this.header.length + 16;
  }

  with(chunks: readonly Buffer[]): Buffer {
    return Buffer.concat([this.header, this.nonce, ...chunks]);
  }
}

function damagesOf(parts: Parts, headerToo: boolean): Damage[] {
  const { whole, header, start, chunks } = parts;
  const last = chunks.length - 1;
  const all: Damage[] = [];
  const add = (what: string, bytes: Buffer, reasons: readonly string[], at?: number): void => {
    all.push({ what, bytes, reasons, ...(at === undefined ? {} : { chunk: at }) });
  };
  for (let at = 0; headerToo && at < header.length; at += 1)
    add(`bit in header byte ${at}`, flipped(whole, at, at % 8), ['notAge', 'header', 'mac', 'locked']);
  for (let at = 0; at < 16; at += 1)
    add(`bit in nonce byte ${at}`, flipped(whole, header.length + at), [last > 0 ? 'changed' : 'changedOrCut'], 0);
  for (const [index, { length }] of chunks.entries()) {
    const at = start + index * sealed;
    const reason = index === last ? 'changedOrCut' : 'changed';
    const tag = Array.from({ length: 16 }, (_, byte) => length - 16 + byte);
    const places = new Set([0, 1, Math.floor(length / 2), length - 17, ...tag].filter((place) => place >= 0));
    for (const place of places)
      add(`bit in chunk ${index}, byte ${place}`, flipped(whole, at + place, place % 8), [reason], index);
    add(`cut before chunk ${index}`, whole.subarray(0, at), ['cut'], Math.max(0, index - 1));
    add(`cut behind the first byte of chunk ${index}`, whole.subarray(0, at + 1), ['cut', 'changedOrCut'], index);
    add(`cut before the tag of chunk ${index}`, whole.subarray(0, at + length - 16), ['cut', 'changedOrCut'], index);
    add(`cut in the tag of chunk ${index}`, whole.subarray(0, at + length - 1), ['cut', 'changedOrCut'], index);
    if (index > 0) add(`chunk ${index} is its tag alone`, whole.subarray(0, at + 16), ['emptyLast'], index);
    const dropped = chunks.filter((_, other) => other !== index);
    if (index === last) add('last chunk dropped', parts.with(dropped), ['cut'], Math.max(0, last - 1));
    else
      add(
        `chunk ${index} dropped`,
        parts.with(dropped),
        index + 1 === last ? ['order', 'changedOrCut'] : ['order'],
        index,
      );
    const doubled = chunks.flatMap((one, other) => (other === index ? [one, one] : [one]));
    if (index < last) add(`chunk ${index} doubled`, parts.with(doubled), ['order'], index + 1);
    else add('last chunk doubled', parts.with(doubled), ['more', 'changed', 'changedOrCut'], last);
    for (let other = index + 1; other < last; other += 1) {
      const swapped = chunks.map((one, place) =>
        place === index ? chunks[other]! : place === other ? chunks[index]! : one,
      );
      add(`chunks ${index} and ${other} swapped`, parts.with(swapped), ['order'], index);
    }
  }
  for (const cut of [0, 1, 10, 22, 23, header.length - 1, header.length])
    add(`cut in the header, at ${cut}`, whole.subarray(0, cut), ['notAge', 'header']);
  for (const cut of [1, 15]) add(`cut in the nonce, at ${cut}`, whole.subarray(0, header.length + cut), ['header']);
  for (const more of [1, 16, 17, sealed])
    add(
      `${more} bytes behind the end`,
      Buffer.concat([whole, plainBytes(more)]),
      ['more', 'changed', 'changedOrCut'],
      last,
    );
  add('a second file behind the end', Buffer.concat([whole, whole]), ['more', 'changed', 'changedOrCut'], last);
  add('armored', Buffer.from(`-----BEGIN AGE ENCRYPTED FILE-----\n${whole.toString('base64')}\n`), ['armor']);
  return all;
}

/** Holds a refusal against what the damage allows. */
function isRefused({ what, reasons, chunk: wanted }: Damage, error: unknown, start: number): AppError {
  assert.ok(isAppError(error), `${what}: ${String(error)}`);
  if (error.code === 'encrypted.locked') {
    assert.ok(reasons.includes('locked'), what);
    return error;
  }
  assert.equal(error.code, 'encrypted.damaged', what);
  const { name, offset, reason, chunk: found, at } = error.data;
  assert.equal(name, 'x.age');
  assert.ok(reasons.includes(String(reason)), `${what}: ${String(reason)}`);
  assert.equal(found, wanted, what);
  // the header is one thing: what is wrong in it is wrong from its beginning
  if (wanted === undefined) assert.ok(typeof offset === 'number' && offset < start, what);
  else assert.deepEqual([offset, at], [start + wanted * sealed, wanted * chunk], what);
  return error;
}

/** All of it, as one that reads ranges gets it. */
async function* rangesOf(bytes: Buffer, own: WrittenIdentity): AsyncGenerator<Buffer, void, undefined> {
  const source = await decryptedSource(bufferSource('x.age', bytes), [own]);
  yield* source.read();
  // an empty one has only its end, which was looked at when it was opened
}

describe('what was damaged is refused with its place and its reason', function () {
  this.timeout(300_000);
  let own: WrittenIdentity;
  before(async () => {
    own = await makeIdentity();
  });

  const sizes = [0, 1000, chunk, 3 * chunk, 3 * chunk + 5000];

  it('bits, cuts, chunks that were swapped, doubled, dropped, bytes behind the end: nothing of a chunk before its tag', async () => {
    const seen: Record<string, number> = {};
    let count = 0;
    for (const size of sizes) {
      const plain = plainBytes(size);
      const parts = new Parts(await encryptWhole(plain, [own.recipient]));
      for (const damage of damagesOf(parts, size === 1000)) {
        // a bit in an empty chunk that has none
        if (damage.bytes.equals(parts.whole)) continue;
        count += 1;
        const { bytes, error } = await collect(
          decryptStream('x.age', inPieces(damage.bytes, 30_000, 7, sealed * 3), [own]),
        );
        const { code, data } = isRefused(damage, error, parts.start);
        assert.ok(bytes.equals(plain.subarray(0, bytes.length)), damage.what);
        assert.ok(bytes.length <= (damage.chunk ?? 0) * chunk, `${damage.what}: ${bytes.length} bytes came out`);
        // by ranges: the end is looked at first, so another damage may be found than from the beginning
        const bySource = await collect(rangesOf(damage.bytes, own));
        assert.ok(isAppError(bySource.error) && /^encrypted\.(damaged|locked)$/.test(bySource.error.code), damage.what);
        assert.ok(bySource.bytes.equals(plain.subarray(0, bySource.bytes.length)), damage.what);
        assert.ok(bySource.bytes.length <= (damage.chunk ?? 0) * chunk, damage.what);
        const reason = code === 'encrypted.locked' ? 'locked' : String(data['reason']);
        seen[reason] = (seen[reason] ?? 0) + 1;
      }
    }
    console.log(`    ${count} damages: ${JSON.stringify(seen)}`);
    assert.ok(count >= 200);
    assert.deepEqual(Object.keys(seen).sort(), [
      ...['armor', 'changed', 'changedOrCut', 'cut', 'emptyLast', 'header', 'locked', 'mac', 'more', 'notAge', 'order'],
    ]);
  });

  it('says which chunk stands where another one belongs', async () => {
    const parts = new Parts(await encryptWhole(plainBytes(9 * chunk), [own.recipient]));
    const moved = [...parts.chunks];
    moved.splice(2, 1, parts.chunks[7]!);
    const { error } = await collect(decryptStream('x.age', inPieces(parts.with(moved), 100_000), [own]));
    assert.ok(isAppError(error, 'encrypted.damaged'));
    assert.deepEqual([error.data['reason'], error.data['chunk'], error.data['is']], ['order', 2, 7]);
  });

  it('chunks of another file of the same key are no chunks of this one', async () => {
    const [one, two] = [
      new Parts(await encryptWhole(plainBytes(3 * chunk, 'one'), [own.recipient])),
      new Parts(await encryptWhole(plainBytes(3 * chunk, 'two'), [own.recipient])),
    ];
    const mixed = one.with([one.chunks[0]!, two.chunks[1]!, one.chunks[2]!]);
    const { bytes, error } = await collect(decryptStream('x.age', inPieces(mixed, 100_000), [own]));
    isRefused({ what: 'mixed', bytes: mixed, reasons: ['changed'], chunk: 1 }, error, one.start);
    assert.equal(bytes.length, chunk);
  });

  it('another key, none at all, a key file that was damaged, or is that of another backup', async () => {
    const other = await makeIdentity();
    const [key, foreign] = [await makeBackupKey([own.recipient]), await makeBackupKey([own.recipient])];
    const archive = await encryptWhole(plainBytes(1000), [key.recipient]);
    const made = new Date();
    const keyFile = await sealBackupKey(key, [own.recipient], { backup: 'a', made });
    const foreignFile = await sealBackupKey(foreign, [own.recipient], { backup: 'b', made });
    for (const identities of [[other], [own], [foreign], []]) {
      const { bytes, error } = await collect(decryptStream('x.age', inPieces(archive, 100), identities));
      assert.ok(isAppError(error, 'encrypted.locked') && error.data['reason'] === 'identity');
      assert.equal(bytes.length, 0);
    }
    const open = async (content: Buffer, identities = [own]): Promise<unknown> =>
      openBackupKey('x.age', content, { identities, recipient: key.recipient });
    assert.deepEqual(await open(keyFile), key);
    await assert.rejects(open(keyFile, [other]), (error) => isAppError(error, 'encrypted.locked'));
    const reasonOf = async (content: Buffer): Promise<unknown> =>
      open(content).then(
        () => assert.fail('it was opened'),
        (error: unknown) => {
          assert.ok(isAppError(error), String(error));
          assert.ok(!JSON.stringify(error).includes('AGE-SECRET-KEY-'), 'a secret in an error');
          return error.code === 'encrypted.damaged' ? error.data['reason'] : error.code;
        },
      );
    assert.equal(await reasonOf(foreignFile), 'foreignKey');
    assert.equal(
      await reasonOf(await encryptWhole(Buffer.from('AGE-SECRET-KEY-1NONSENSE\n'), [own.recipient])),
      'noKey',
    );
    assert.equal(await reasonOf(await encryptWhole(Buffer.alloc(0), [own.recipient])), 'noKey');
    const reasons = new Set<unknown>();
    for (let at = 0; at < keyFile.length; at += 5) reasons.add(await reasonOf(flipped(keyFile, at, at % 8)));
    assert.deepEqual([...reasons].sort(), ['changedOrCut', 'encrypted.locked', 'header', 'mac', 'notAge']);
  });
});
