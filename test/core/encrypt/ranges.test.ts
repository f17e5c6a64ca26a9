import assert from 'node:assert/strict';
import fc from 'fast-check';
import { payloadSize, plainSize } from '../../../src/core/encrypt/chunks';
import { decryptedSource } from '../../../src/core/encrypt/decryptedSource';
import { encryptStream, encryptWhole } from '../../../src/core/encrypt/encryptStream';
import { decryptStream } from '../../../src/core/encrypt/decryptStream';
import { makeIdentity, type WrittenIdentity } from '../../../src/core/encrypt/identity';
import { bufferSource } from '../../../src/core/store/memory';
import { collect, inPieces, plainBytes } from './plain';

const chunk = 64 * 1024;
/** About the borders of chunks, and anywhere. */
const size = fc.oneof(
  fc
    .tuple(fc.integer({ min: 0, max: 4 }), fc.integer({ min: -2, max: 2 }))
    .map(([n, more]) => Math.max(0, n * chunk + more)),
  fc.integer({ min: 0, max: 5 * chunk }),
);

describe('ranges of what is encrypted', function () {
  this.timeout(300_000);
  let own: WrittenIdentity;
  before(async () => {
    own = await makeIdentity();
  });

  it('are those of the plain text, read as a stream or by a cursor, and only the chunks that they touch are read', async () => {
    await fc.assert(
      fc.asyncProperty(size, fc.array(fc.tuple(size, size), { minLength: 1, maxLength: 8 }), async (bytes, ranges) => {
        const plain = plainBytes(bytes);
        const whole = await encryptWhole(plain, [own.recipient]);
        const counted = counting(whole);
        const source = await decryptedSource(counted.source, [own]);
        assert.equal(source.size, bytes);
        const cursor = await source.cursor();
        for (const [a, b] of ranges) {
          const [from, to] = [Math.min(a, b), Math.max(a, b)];
          const wanted = plain.subarray(from, to);
          counted.reset();
          const { bytes: got, error } = await collect(source.read({ from, to, piece: 10_000 }));
          assert.equal(error, undefined);
          assert.ok(got.equals(wanted));
          const touched =
            wanted.length === 0 ? 0 : Math.floor((from + wanted.length - 1) / chunk) - Math.floor(from / chunk) + 1;
          assert.ok(counted.bytes <= touched * (chunk + 16), `${counted.bytes} bytes for ${touched} chunks`);
          const buffer = Buffer.alloc(to - from);
          const read = await cursor.read(buffer, from);
          assert.ok(buffer.subarray(0, read).equals(wanted));
        }
        await cursor.close();
      }),
      { numRuns: 60 },
    );
  });

  it('of any pieces in, any pieces out: the stream is the plain text, and its length is as foretold', async () => {
    await fc.assert(
      fc.asyncProperty(
        size,
        fc.array(fc.integer({ min: 1, max: 3 * chunk }), { minLength: 1, maxLength: 4 }),
        async (bytes, pieces) => {
          const plain = plainBytes(bytes);
          const written = await collect(encryptStream(inPieces(plain, ...pieces), [own.recipient]));
          const header = written.bytes.indexOf('\n', written.bytes.indexOf('\n--- ') + 1) + 1;
          assert.equal(written.bytes.length, header + 16 + payloadSize(bytes));
          assert.equal(plainSize(payloadSize(bytes)), bytes);
          const read = await collect(decryptStream('x', inPieces(written.bytes, ...pieces.toReversed()), [own]));
          assert.ok(read.error === undefined && read.bytes.equals(plain));
        },
      ),
      // the header byte by byte
      {
        numRuns: 60,
        examples: [
          [0, [1]],
          [100, [1]],
        ],
      },
    );
  });

  it('the reader sets the pace: no more is taken than was given, but for a chunk', async () => {
    let taken = 0;
    const endless = async function* (): AsyncGenerator<Buffer, void, undefined> {
      const piece = plainBytes(10_000);
      for (;;) {
        taken += piece.length;
        yield piece;
      }
    };
    let given = 0;
    for await (const piece of encryptStream(endless(), [own.recipient])) {
      given += piece.length;
      assert.ok(taken <= given + 2 * chunk, `${taken} taken, ${given} given`);
      if (given > 40 * chunk) break;
    }
    taken = 0;
    given = 0;
    const whole = await encryptWhole(plainBytes(50 * chunk), [own.recipient]);
    const source = async function* (): AsyncGenerator<Buffer, void, undefined> {
      for await (const piece of inPieces(whole, 10_000)) {
        taken += piece.length;
        yield piece;
      }
    };
    for await (const piece of decryptStream('x', source(), [own])) {
      given += piece.length;
      assert.ok(taken <= given + 2 * chunk, `${taken} taken, ${given} given`);
    }
    assert.equal(given, 50 * chunk);
  });

  it('ends what it reads from when its reader stops, and passes on what that throws', async () => {
    let ended = 0;
    const source = async function* (): AsyncGenerator<Buffer, void, undefined> {
      try {
        for (;;) yield plainBytes(chunk);
      } finally {
        ended += 1;
      }
    };
    for await (const piece of encryptStream(source(), [own.recipient])) if (piece.length === chunk) break;
    assert.equal(ended, 1);
    const failing = async function* (): AsyncGenerator<Buffer, void, undefined> {
      yield plainBytes(3 * chunk);
      throw new Error('the source failed');
    };
    const { error, bytes } = await collect(encryptStream(failing(), [own.recipient]));
    assert.ok(error instanceof Error && error.message === 'the source failed');
    // what was written of it does not pass for whole
    const read = await collect(decryptStream('x', inPieces(bytes, 1000), [own]));
    assert.ok(read.error);
  });
});

/** A source that counts what is read of it. */
function counting(content: Buffer): {
  source: ReturnType<typeof bufferSource>;
  readonly bytes: number;
  reset: () => void;
} {
  let bytes = 0;
  const inner = bufferSource('x.age', content);
  const source = {
    ...inner,
    async *read(options: Parameters<typeof inner.read>[0]) {
      for await (const piece of inner.read(options)) {
        bytes += piece.length;
        yield piece;
      }
    },
  };
  return {
    source,
    get bytes() {
      return bytes;
    },
    reset: () => (bytes = 0),
  };
}
