import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { atOf } from '../../../src/core/catalog/atOf';
import { findBackup } from '../../../src/core/catalog/catalog';
import type { Manifest } from '../../../src/core/catalog/manifest';
import { writeDrill } from '../../../src/core/catalog/verifications';
import { planRetention } from '../../../src/core/job/plan/planRetention';
import { aManifest } from '../catalog/aManifest';
import { putSealed } from '../catalog/putSealed';

const masked: Manifest['masked'] = {
  ...{
    rules: 'a'.repeat(64),
    key: '0'.repeat(16),
    columns: [],
    emptied: [],
    leftOut: {},
    unmasked: 0,
    looked: 0,
    hits: [],
  },
};

describe('what retention counts', () => {
  let root: string;
  beforeEach(async () => (root = await mkdtemp(path.join(tmpdir(), 'dbf-retention-'))));
  afterEach(async () => rm(root, { recursive: true }));

  const put = async (day: string, more: Partial<Manifest> = {}): Promise<string> => {
    const id = `${day.replaceAll('-', '')}T051500Z-00ff00`;
    const time = { ...aManifest().time, snapshot: `${day}T05:15:00.000Z` };
    await putSealed(root, id, { manifest: { time, ...more } });
    return id;
  };
  const staying = async (): Promise<string[]> =>
    (await planRetention(root, { last: 1, minVerified: 1 })).rows
      .filter(({ stays }) => stays)
      .map(({ backup }) => backup.id)
      .sort();

  it('is the newest of a database', async () => {
    await put('2026-11-20');
    const newest = await put('2026-11-21');
    assert.deepEqual(await staying(), [newest]);
  });

  it('is no masked one in place of one with the rows', async () => {
    const whole = await put('2026-11-20');
    const without = await put('2026-11-21', { masked });
    assert.deepEqual(await staying(), [whole, without]);
  });

  it('is none that a drill disproved, until another shows the contrary', async () => {
    const good = await put('2026-11-20');
    const bad = await put('2026-11-21');
    const entry = await findBackup(root, bad);
    const drilled = async (outcome: 'proved' | 'disproved' | 'notProved', time: string): Promise<void> =>
      writeDrill(
        atOf(entry),
        { backup: bad, archive: entry.manifest.archive.sha256 },
        { outcome, time, place: 'a/b/c', job: 'j', by: 'jo', seconds: 1, steps: {}, checks: [] },
      );
    await drilled('disproved', '2026-11-22T05:15:00.000Z');
    assert.ok((await staying()).includes(good));
    await drilled('notProved', '2026-11-23T05:15:00.000Z');
    assert.ok((await staying()).includes(good));
    await drilled('proved', '2026-11-24T05:15:00.000Z');
    assert.deepEqual(await staying(), [bad]);
  });

  it('is none from a time to come, and none such is deleted', async () => {
    const good = await put('2026-11-20');
    const ahead = await put('2036-11-21');
    assert.deepEqual(await staying(), [good, ahead]);
  });
});
