import assert from 'node:assert/strict';
import { InPlaceOutput } from '../../../src/core/restore/inPlace/inPlaceOutput';
import type { ArchiveReading } from '../../../src/core/postgres/archive/reading';

const mark = 'd41d8cd98f00b204e9800998ecf8427e';

describe('what the session of a restore in place prints', () => {
  for (const [encoding, bytes] of [
    ['UTF8', Buffer.from(printed('Zähler ✓ 数 😀'))],
    ['LATIN1', Buffer.from(printed('Zähler'), 'latin1')],
    ['EUC_JP', Buffer.concat(printed('|').split('|').flatMap(withSign).slice(0, -1))],
  ] as const) {
    it(`names of sequences in ${encoding}, cut at every byte`, () => {
      const name = { UTF8: 'Zähler ✓ 数 😀', LATIN1: 'Zähler', EUC_JP: '数' }[encoding];
      for (let at = 0; at <= bytes.length; at++) {
        const output = new InPlaceOutput(mark, readingIn(encoding), () => []);
        output.push(bytes.subarray(0, at));
        output.push(bytes.subarray(at));
        assert.deepEqual(output.result().sequences, [{ schema: 'public', name, lastValue: '7', isCalled: true }]);
      }
    });
  }
});

function printed(name: string): string {
  return `${mark} sequences\n${JSON.stringify(['public', name, '7', true])}\n${mark} printed\n${'-'.repeat(128)}\n`;
}

/** Behind each part the sign 数 in EUC_JP. */
function withSign(part: string): Buffer[] {
  return [Buffer.from(part), Buffer.from([0xbf, 0xf4])];
}

function readingIn(encoding: string): ArchiveReading {
  return {
    header: {
      ...{ version: '1.14', compression: 'gzip', created: '', database: 'app', encoding, entryCount: 0 },
      ...{ serverVersion: '16.1', dumpVersion: '16.1' },
    },
    ...{ bytes: 0, sha256: '', textBytes: 0, tables: [], sequences: [], definitions: [], kinds: {} },
    ...{
      roles: [],
      owners: [],
      namedRoles: [],
      extensions: [],
      largeObjects: { count: 0, bytes: 0, digest: '', oids: '' },
    },
  };
}
