import assert from 'node:assert/strict';
import { TrailerMatcher, trailerLength } from '../../../src/core/exec/trailer';

const nonce = '0123456789abcdef0123456789abcdef';
const trailer = Buffer.from(`\n${nonce} 007\n`);

/** What comes out when the stream comes in these pieces. */
function match(pieces: readonly Buffer[]): { data: string; exitCode: number | undefined } {
  const matcher = new TrailerMatcher(nonce);
  const data = Buffer.concat(pieces.map((piece) => matcher.push(piece)));
  return { data: data.toString('latin1'), exitCode: matcher.exitCode };
}

describe('TrailerMatcher', () => {
  it('finds a trailer split in two at every offset, and byte by byte', () => {
    assert.equal(trailer.length, trailerLength);
    for (const data of ['', 'x', 'some data\n', '\n', `\n${nonce}`, `\n${nonce} 0`, `\n${nonce} 000\n`]) {
      const all = Buffer.concat([Buffer.from(data), trailer]);
      for (let cut = 0; cut <= all.length; cut++) {
        assert.deepEqual(match([all.subarray(0, cut), all.subarray(cut)]), { data, exitCode: 7 }, `${data} at ${cut}`);
      }
      assert.deepEqual(match([...all].map((byte) => Buffer.from([byte]))), { data, exitCode: 7 });
    }
  });

  it('is not content with less than all of it', () => {
    for (let length = 0; length < trailer.length; length++) {
      const pieces = [Buffer.from('data'), trailer.subarray(0, length)];
      assert.equal(match(pieces).exitCode, undefined);
    }
  });

  it('takes nonce-like bytes for data', () => {
    for (const data of [
      `\n${nonce} 007 \n`,
      `\n${nonce} 07\n\n`,
      `\n${nonce} 0x7\n`,
      `${nonce} 007\n`,
      `\n${nonce.slice(1)}0 007\n`,
      `\n${nonce} 007\nmore`,
    ]) {
      assert.equal(match([Buffer.from(data)]).exitCode, undefined);
      assert.deepEqual(match([Buffer.from(data), trailer]), { data, exitCode: 7 });
    }
  });

  it('hands ordinary chunks on without a copy', () => {
    const chunk = Buffer.alloc(1000, 'x');
    assert.equal(new TrailerMatcher(nonce).push(chunk).buffer, chunk.buffer);
  });
});
