import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Manifest } from '../../../src/core/catalog/manifest';
import { findBackup } from '../../../src/core/catalog/catalog';
import { manifestText, recordVerification } from '../../../src/core/catalog/verifyBackup';
import type { Progress } from '../../../src/core/base/progress';
import { aManifest } from './aManifest';

describe('recordVerification', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'ferry-manifest-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const then = '2026-11-23T05:15:00.000Z';
  const now = '2026-11-24T05:15:00.000Z';
  for (const [what, before, after] of [
    [
      'adds a line',
      [{ level: 'structure', time: then }],
      [
        { level: 'structure', time: then },
        { level: 'digest', time: now },
      ],
    ],
    ['begins an empty list', [], [{ level: 'digest', time: now }]],
    ['stands for a line of the same level', [{ level: 'digest', time: then }], [{ level: 'digest', time: now }]],
  ] as const) {
    it(`${what}, and leaves a manifest of format 1 as it is, however it is laid out`, async () => {
      const manifest = aManifest({ verified: before });
      for (const text of [manifestText(manifest), JSON.stringify(manifest), JSON.stringify(manifest, undefined, 2)]) {
        await writeFile(path.join(folder, 'manifest.json'), text);
        await recordVerification({ id: manifest.id, folder, manifest }, { level: 'digest', time: now }, (said) =>
          assert.equal(said, undefined),
        );
        assert.equal(await readFile(path.join(folder, 'manifest.json'), 'utf8'), text);
        assert.deepEqual((await findBackup('', folder)).manifest.verified, after);
      }
      // the same three times is one
      assert.equal((await readdir(path.join(folder, 'verified'))).length, 1);
    });
  }

  it('reports what cannot be written, and asks none of a foreign file', async () => {
    const said: unknown[] = [];
    const report = (progress: Progress): void => void said.push(progress.type === 'note' ? progress.code : progress);
    await writeFile(path.join(folder, 'file'), '');
    for (const sha256 of ['', 'known']) {
      const manifest = { origin: 'adopted', archive: { sha256 }, verified: [] } as unknown as Manifest;
      const entry = { id: '', folder: path.join(folder, 'file'), manifest };
      await recordVerification(entry, { level: 'digest', time: now }, report);
    }
    assert.deepEqual(said, ['verification.notRecorded']);
  });
});
