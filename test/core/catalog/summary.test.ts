import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Manifest } from '../../../src/core/catalog/manifest';
import { Summaries } from '../../../src/core/catalog/summary';
import { summaryOf } from '../../../src/core/catalog/summaryOf';
import { manifestText } from '../../../src/core/catalog/verifyBackup';
import { aManifest } from './aManifest';

describe('summary of a backup', () => {
  const trap = { name: 'x\n "tables": [\n ]\n   "rows": 9', columns: ['rows'], rows: 3 };
  const kept: Partial<Record<keyof Manifest, unknown>> = aManifest({ roles: ['app'] });
  delete kept.tables;
  delete kept.sequences;
  delete kept.largeObjects;
  const whole = (tables: readonly object[]): Manifest =>
    ({
      tables: tables.map((table) => ({ schema: 's', name: 't', columns: [], textBytes: 1, digest: '', ...table })),
      ...kept,
      largeObjects: aManifest().largeObjects,
      sequences: [{ schema: 's', name: 's', lastValue: '1', isCalled: true }],
      counted: { t: 4 },
    }) as unknown as Manifest;

  for (const [what, tables, rows] of [
    ['tables', [trap, { rows: 4 }], 7],
    ['one table', [trap], 3],
    ['no table', [], 0],
  ] as const) {
    it(`is the same however the manifest is laid out: ${what}`, () => {
      const manifest = whole(tables);
      for (const text of [manifestText(manifest), JSON.stringify(manifest), JSON.stringify(manifest, undefined, 2)]) {
        assert.deepEqual(summaryOf(text), {
          ...{ manifest: kept, largeObjects: 0 },
          ...{ tables: tables.length, rows },
        });
      }
    });
  }

  it('refuses what is no manifest of a backup', () => {
    assert.throws(() => summaryOf('null'), /manifest\.format/);
    assert.throws(
      () => summaryOf('{"format":"db-ferry-backup","formatVersion":2}'),
      /"manifest\.version","version":"2"/,
    );
  });
});

describe('summaries', () => {
  let root: string;
  beforeEach(async () => {
    root = await mkdtemp(path.join(tmpdir(), 'ferry-summaries-'));
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  const [a, b, c, d] = ['1', '2', '3', '4'].map((n) => `20261123T05150${n}Z`) as [string, string, string, string];
  const idOf = (time: string): string => `${time}-00ff00`;
  const digest = { level: 'digest', time: '2026-11-23T05:15:00.000Z' } as const;
  const folderOf = (time: string): string => path.join(root, 'c', 'n', 'w', 'd', time);
  const write = async (time: string, verified: Manifest['verified']): Promise<void> => {
    await mkdir(folderOf(time), { recursive: true });
    const source = { ...aManifest().source, cluster: 'c', namespace: 'n', workload: 'w', database: 'd' };
    const manifest = aManifest({ id: `${time.slice(0, 16)}-00ff00`, source, verified });
    await writeFile(path.join(folderOf(time), 'manifest.json'), manifestText(manifest));
  };

  it('reads a manifest again only when it has changed, and forgets what is gone', async () => {
    const summaries = new Summaries();
    assert.deepEqual(await summaries.list(root), []);
    await write(b, []);
    await write(a, []);
    await write(`${c}.partial`, []);
    await mkdir(folderOf(d));
    const first = await summaries.list(root);
    assert.deepEqual(
      first.map(({ id }) => id),
      [idOf(a), idOf(b)],
    );
    assert.deepEqual(
      summaries.unreadable.map(({ folder, error }) => [folder, error.code]),
      [[folderOf(d), 'backup.damaged']],
    );
    await write(b, [digest]);
    await utimes(path.join(folderOf(b), 'manifest.json'), 1, 1);
    const second = await summaries.list(root);
    assert.equal(second[0], first[0]);
    assert.deepEqual(second[1]?.manifest.verified, [digest]);
    await rm(folderOf(a), { recursive: true });
    assert.deepEqual(
      (await summaries.list(root)).map(({ id }) => id),
      [idOf(b)],
    );
  });
});
