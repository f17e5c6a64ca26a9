import assert from 'node:assert/strict';
import { StderrReader } from '../../../src/core/exec/stderr';

describe('StderrReader', () => {
  it('removes heartbeats, also from inside a character, at every split', () => {
    const text = Buffer.from('zwölf Größen: 日本\nzweite Zeile\nohne Ende');
    for (let beat = 0; beat <= text.length; beat++) {
      const lines: string[] = [];
      const reader = new StderrReader((line) => lines.push(line));
      reader.push(text.subarray(0, beat));
      reader.push(Buffer.from([0]));
      reader.push(Buffer.concat([Buffer.from([0]), text.subarray(beat)]));
      reader.end();
      assert.deepEqual(lines, ['zwölf Größen: 日本', 'zweite Zeile', 'ohne Ende']);
      assert.equal(reader.tail, text.toString());
    }
  });

  it('keeps the last 64 KiB, cut at a character', () => {
    const reader = new StderrReader();
    for (let i = 0; i < 10_000; i++) reader.push(Buffer.from('a日本語b€'));
    reader.push(Buffer.from('end'));
    assert.ok(Buffer.byteLength(reader.tail) <= 64 * 1024 && Buffer.byteLength(reader.tail) > 64 * 1024 - 4);
    assert.ok(!reader.tail.includes('\ufffd') && reader.tail.endsWith('b€end'));
  });
});
