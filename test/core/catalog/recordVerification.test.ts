import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Manifest } from '../../../src/core/catalog/manifest';
import { manifestText, recordVerification } from '../../../src/core/catalog/verifyBackup';
import type { Progress } from '../../../src/core/base/progress';

describe('recordVerification', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'ferry-manifest-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  const digest = { level: 'digest', time: 'now' };
  const archive = { sha256: 'known' };
  const trap = { name: 'x\n "verified": [\n ]', inner: { verified: [1] } };
  for (const [what, before, after] of [
    ['adds a line', [{ level: 'structure', time: 'then' }], [{ level: 'structure', time: 'then' }, digest]],
    ['begins an empty list', [], [digest]],
    ['replaces a line of the same level', [{ level: 'digest', time: 'then' }], [digest]],
  ] as const) {
    it(`${what}, and changes nothing else, however the manifest is laid out`, async () => {
      const manifest = { format: 'db-ferry-backup', archive, tables: [trap], verified: before, counted: { t: 1 } };
      const expected = manifestText({ ...manifest, verified: after } as unknown as Manifest);
      const whole = manifest as unknown as Manifest;
      for (const text of [manifestText(whole), JSON.stringify(whole), JSON.stringify(whole, undefined, 2)]) {
        await writeFile(path.join(folder, 'manifest.json'), text);
        await recordVerification({ id: '', folder, manifest: whole }, { level: 'digest', time: 'now' }, (said) =>
          assert.equal(said, undefined),
        );
        assert.equal(await readFile(path.join(folder, 'manifest.json'), 'utf8'), expected);
      }
    });
  }

  it('reports a manifest that cannot be written, and asks none of a foreign file', async () => {
    const said: unknown[] = [];
    const report = (progress: Progress): void => void said.push(progress.type === 'note' ? progress.code : progress);
    for (const sha256 of ['', 'known']) {
      const manifest = { origin: 'adopted', archive: { sha256 }, verified: [] } as unknown as Manifest;
      const entry = { id: '', folder: path.join(folder, 'none'), manifest };
      await recordVerification(entry, { level: 'digest', time: 'now' }, report);
    }
    assert.deepEqual(said, ['verification.notRecorded']);
  });
});
