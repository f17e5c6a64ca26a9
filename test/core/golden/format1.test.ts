import assert from 'node:assert/strict';
import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findBackup, listBackups } from '../../../src/core/catalog/catalog';
import { isOurs } from '../../../src/core/catalog/manifest';
import { verifyBackup } from '../../../src/core/catalog/verifyBackup';
import { closeToOthers } from '../../golden/closeToOthers';
import { listJobs } from '../../../src/core/job/record/listJobs';

const golden = fileURLToPath(new URL('../../golden/0.1.0/', import.meta.url));

/** What each command of `made.json` ended with. */
interface Made {
  readonly name: string;
  readonly exitCode: number;
  readonly job: string;
  readonly backup?: string;
  /** taken before a restore in place */
  readonly safety?: string;
}

describe('what 0.1.0 wrote', () => {
  let root: string;
  let made: readonly Made[];

  before(async () => {
    root = await mkdtemp(join(tmpdir(), 'dbf-golden-'));
    await cp(join(golden, 'root'), root, { recursive: true });
    await closeToOthers(root);
    made = JSON.parse(await readFile(join(golden, 'made.json'), 'utf8')) as Made[];
  });
  after(() => rm(root, { recursive: true, force: true }));

  it('every backup is listed and verified', async () => {
    const entries = await listBackups(root);
    const whole = made.filter(({ name, exitCode }) => exitCode === 0 && /^(backup-|copy-replace-keep)/.test(name));
    const expected = [...whole.map(({ backup }) => backup), ...made.flatMap(({ safety = [] }) => safety)];
    assert.deepEqual(entries.map(({ id }) => id).sort(), expected.sort());
    for (const { folder } of entries) {
      const entry = await findBackup(root, folder);
      const reading = await verifyBackup(entry, { signal: new AbortController().signal, report: () => undefined });
      assert.equal(reading.tables.length, entry.manifest.tables.length, entry.id);
    }
  });

  it('backups that its own jobs took are ours once these have moved, and no other is', async () => {
    const before = await listBackups(root);
    assert.ok(before.every(({ signed }) => signed?.by === 'nobody'));
    await listJobs(root);
    const whole = made.filter(({ name, exitCode }) => exitCode === 0 && /^(backup-|copy-replace-keep)/.test(name));
    const ours = (await listBackups(root)).filter(isOurs).map(({ id }) => id);
    assert.deepEqual(ours.sort(), whole.map(({ backup }) => backup ?? '').sort());
  });

  it('every job is listed as it ended', async () => {
    const jobs = new Map((await listJobs(root)).map((job) => [job.id, job]));
    assert.equal(jobs.size, made.length);
    const states: Record<number, string> = { 0: 'done', 1: 'failed', 3: 'differences', 4: 'refused', 130: 'cancelled' };
    for (const { name, job, exitCode } of made) {
      const state = name.includes('-interrupted') ? 'interrupted' : states[exitCode];
      assert.equal(jobs.get(job)?.state, state, name);
    }
    assert.equal(jobs.get(idOf('backup-interrupted-cleaned'))?.mayHaveLeft, false);
    assert.equal(jobs.get(idOf('restore-interrupted'))?.mayHaveLeft, true);
  });

  function idOf(name: string): string {
    return made.find((one) => one.name === name)?.job ?? '';
  }
});
