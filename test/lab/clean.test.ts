import assert from 'node:assert/strict';
import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JobRequest } from '../../src/core/job/jobEvents';
import { createJobFolder } from '../../src/core/job/jobFolder';
import { identify } from '../../src/core/job/processIdentity';
import { readJob } from '../../src/core/job/readJob';
import type { Phase } from '../../src/core/progress';
import { markText, sideName, keptName } from '../../src/core/restore/sideDatabase';
import { ferry, told, type FerrySetting } from './ferry';
import { places, startLab, type Lab } from './lab';

describe('clean', function () {
  this.timeout(120_000);
  let lab: Lab;
  let setting: FerrySetting;
  const target = `${places.pg16}/shop`;

  before(async () => {
    lab = await startLab({ only: ['pg16'], seed: false });
    setting = { kubeconfig: lab.kubeconfig, root: await mkdtemp(join(tmpdir(), 'dbf-root-')) };
    await lab.server('pg16').sql('postgres', 'create database shop');
  });
  after(async () => {
    await lab.close();
    await rm(setting.root, { recursive: true, force: true });
  });
  afterEach(() => rm(join(setting.root, '.jobs'), { recursive: true, force: true }));

  describe('a job that was killed while databases were exchanged', () => {
    it('that nothing tells of: 3, told to be unknown, and not cleaned', async () => {
      const { id, folder } = await killed('restore', ['backup1', target], 'swap');
      for (const operands of [[], [id], [places.pg16]]) {
        const run = await ferry(setting, 'clean', ...operands);
        assert.equal(run.exitCode, 3, told(run));
        assert.match(String(run.result.data['unknown']), new RegExp(`job ${id} .*unknown: look at ${target}`));
        assert.equal((await readJob(folder)).cleaned, false, 'it must be told again');
      }
    });

    it('whose side database is there: not committed, also when the place is cleaned', async () => {
      for (const operands of [[], [places.pg16]]) {
        const { id, folder } = await killed('restore', ['backup1', target], 'swap');
        await ours(sideName('shop', id), id, 'side');
        const run = await ferry(setting, 'clean', ...operands);
        assert.equal(run.exitCode, 0, told(run));
        assert.match(String(run.result.data['resolved']), new RegExp(`job ${id}: not committed`));
        assert.equal((await readJob(folder)).cleaned, true);
        assert.deepEqual(await databases(), ['shop']);
      }
    });

    it('two of them at once: each is told of', async () => {
      const jobs = [await killed('restore', ['b', target], 'swap'), await killed('restore', ['b', target], 'swap')];
      for (const { id } of jobs) await ours(sideName('shop', id), id, 'side');
      const run = await ferry(setting, 'clean');
      assert.equal(run.exitCode, 0, told(run));
      for (const { id } of jobs) {
        assert.match(String(run.result.data['resolved']), new RegExp(`job ${id}: not committed`));
      }
    });

    it('an undo that committed is not called a restore', async () => {
      const { id } = await killed('undo', [target], 'swap');
      await ours(keptName('shop', id), id, 'kept');
      const run = await ferry(setting, 'clean', id);
      assert.equal(run.exitCode, 0, told(run));
      assert.match(String(run.result.data['resolved']), new RegExp(`job ${id}: committed; .* is what was kept`));
      await lab.server('pg16').sql('postgres', `drop database "${keptName('shop', id)}"`);
    });
  });

  /** A job of this root whose process is gone. */
  async function killed(
    kind: JobRequest['kind'],
    operands: readonly string[],
    phase: Phase,
  ): Promise<{ id: string; folder: string }> {
    const request = { kind, operands, options: {}, kubeconfigs: [lab.kubeconfig], asked: { by: 'a test' } };
    const made = await createJobFolder(setting.root, { ...request, root: setting.root });
    const own = identify();
    assert.ok(own);
    const time = new Date().toISOString();
    const events = [
      { time, type: 'started', job: made.id, kind, process: { ...own, startTime: '1' } },
      { time, type: 'phase', phase },
    ];
    await appendFile(join(made.folder, 'events.ndjson'), events.map((one) => `${JSON.stringify(one)}\n`).join(''));
    return made;
  }

  async function ours(name: string, job: string, role: 'side' | 'kept', time = new Date()): Promise<void> {
    const mark = markText({ job, role, of: 'shop', time: time.toISOString(), origin: 'backup1' });
    await lab.server('pg16').sql('postgres', `create database "${name}" connection limit 5`);
    await lab.server('pg16').sql('postgres', `comment on database "${name}" is '${mark}'`);
  }

  async function databases(): Promise<string[]> {
    const sql = `select datname from pg_database where datname like 'shop%' order by 1`;
    return (await lab.server('pg16').sql<{ datname: string }>('postgres', sql)).map(({ datname }) => datname);
  }
});
