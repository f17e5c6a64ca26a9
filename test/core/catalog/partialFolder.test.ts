import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { databaseFolder, makePartialFolder } from '../../../src/core/catalog/backupFolder';
import { jobOfPartial, listPartials } from '../../../src/core/catalog/catalog';

describe('the folder of a backup that is begun', () => {
  it('says at every moment which job makes it, and is found', async () => {
    const root = await mkdtemp(path.join(tmpdir(), 'ferry-partial-'));
    try {
      const place = { cluster: 'c', namespace: 'n', workload: 'w', database: 'd' };
      const at = databaseFolder(root, place);
      const without = new Set<string>();
      for (let id = 0; id < 40; id += 1) {
        const state = { isMade: false };
        const making = makePartialFolder(root, place, `b${id}`, 'job-1').finally(() => (state.isMade = true));
        while (!state.isMade) {
          for (const name of existsSync(at) ? readdirSync(at) : []) {
            if (said(path.join(at, name, 'job')) !== 'job-1') without.add(name);
          }
          await new Promise((resolve) => setImmediate(resolve));
        }
        const { partial } = await making;
        assert.equal(await jobOfPartial(partial), 'job-1');
      }
      assert.equal((await listPartials(root)).length, 40);
      for (const name of without) assert.equal(await jobOfPartial(path.join(at, name)), 'job-1', name);
      assert.ok(without.size > 0);
    } finally {
      await rm(root, { recursive: true });
    }
  });
});

function said(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    // not yet there, or it has another name by now
    return '';
  }
}
