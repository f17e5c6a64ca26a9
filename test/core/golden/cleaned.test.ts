import assert from 'node:assert/strict';
import { cp, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { jobsFolder } from '../../../src/core/job/record/jobFolder';
import { listJobs } from '../../../src/core/job/record/listJobs';
import type { Job } from '../../../src/core/job/record/readJob';
import { prepareRootState, rootState } from '../../../src/core/state/stateFolder';
import { fateWords } from '../../../src/words/cleanWords';
import { outcomeWords } from '../../../src/words/outcomeWords';
import { removalLines } from '../../../src/words/resultFacts';
import { closeToOthers } from '../../golden/closeToOthers';

const golden = fileURLToPath(new URL('../../golden/cleaned/', import.meta.url));

/** A job that was killed, or a clean-up after it: as one that told texts left it, and as one that told codes did. */
interface Made {
  readonly what: string;
  readonly texts: string;
  readonly codes: string;
}

describe('what clean-ups wrote', () => {
  const root = '/srv/backups/cleaned';
  let made: readonly Made[];
  let jobs: ReadonlyMap<string, Job>;

  before(async () => {
    made = JSON.parse(await readFile(path.join(golden, 'made.json'), 'utf8')) as Made[];
    await prepareRootState(root, 'jobs');
    for (const form of ['texts', 'codes']) await cp(path.join(golden, form), jobsFolder(root), { recursive: true });
    await closeToOthers(jobsFolder(root));
    jobs = new Map((await listJobs(root)).map((job) => [job.id, job]));
  });
  after(() => rm(rootState(root), { recursive: true, force: true }));

  it('as texts is shown as it was', async () => {
    let shown = 0;
    for (const { texts, what } of made) {
      const job = the(texts);
      const data = Object.entries(job.result?.data ?? {});
      const lines = job.result ? removalLines(job.result.data) : [];
      // what else there is of a list: the jobs that were looked after
      const told = data.flatMap(([name, value]) => (Array.isArray(value) && name !== 'jobs' ? value.map(String) : []));
      assert.equal(lines.length, told.length, what);
      for (const text of told)
        assert.ok(
          lines.some((line) => line.endsWith(text)),
          `${what}: ${text}`,
        );
      shown += told.length;
      const file = await readFile(path.join(golden, 'texts', texts, 'resolved.json'), 'utf8').catch(() => undefined);
      const resolved = file === undefined ? undefined : (JSON.parse(file) as { readonly text: string }).text;
      assert.equal(job.resolved && fateWords(job.resolved), resolved, what);
    }
    assert.equal(shown, 16);
  });

  it('as codes is told in the same sentences', () => {
    for (const { texts, codes, what } of made) assert.deepEqual(toldOf(codes), toldOf(texts), what);
    assert.equal(made.filter(({ codes }) => the(codes).resolved !== undefined).length, 5);
  });

  /** All that people read of it, without the ids of its time. */
  function toldOf(id: string): unknown {
    const { state, cleaned, mayHaveLeft, resolved, result, request } = the(id);
    const lines = result && [outcomeWords(result, request.kind), ...removalLines(result.data)];
    const told = { state, cleaned, mayHaveLeft, resolved: resolved && fateWords(resolved), lines: lines?.sort() };
    return JSON.parse(JSON.stringify(told).replaceAll(/tpcj[a-z0-9]{6}/g, 'job'));
  }

  function the(id: string): Job {
    const job = jobs.get(id);
    assert.ok(job, id);
    return job;
  }
});
