import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { JobEvent } from '../../../src/core/job/record/jobEvents';
import { listJobs } from '../../../src/core/job/record/listJobs';

const fixture = fileURLToPath(new URL('../job/fixtureJob.ts', import.meta.url));

describe('a command that runs as a job', () => {
  let root: string;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'db-ferry-cli-'));
  });
  afterEach(async () => {
    for (const { process: identity, state } of await listJobs(root)) {
      if (identity && ['running', 'stopping'].includes(state)) process.kill(identity.pid, 'SIGKILL');
    }
    await rm(root, { recursive: true, force: true });
  });

  it('prints the events, the result last, and exits as the job does', async () => {
    const { ended } = show('quick');
    const { exitCode, events } = await ended;
    assert.equal(exitCode, 0);
    assert.deepEqual(
      events.map(({ type }) => type),
      ['started', 'phase', 'result'],
    );
  });

  it('Ctrl-C cancels the job: 130', async () => {
    const { child, ended, saw } = show('long');
    await saw('phase');
    child.kill('SIGINT');
    const { exitCode, events } = await ended;
    assert.equal(exitCode, 130);
    const last = events.at(-1);
    assert.equal(last?.type === 'result' && last.outcome, 'cancelled');
    assert.equal((await listJobs(root))[0]?.state, 'cancelled');
  });

  it('a second Ctrl-C leaves the job to itself: 5, and the job goes on', async () => {
    const { child, ended, saw } = show('slow');
    await saw('phase');
    child.kill('SIGINT');
    await new Promise((resolve) => setTimeout(resolve, 500));
    child.kill('SIGINT');
    const { exitCode, stderr } = await ended;
    assert.equal(exitCode, 5, stderr);
    assert.equal((await listJobs(root))[0]?.state, 'stopping');
  });

  it('when the command is killed the job goes on', async () => {
    const { child, ended, saw } = show('long');
    await saw('phase');
    child.kill('SIGKILL');
    await ended;
    assert.equal((await listJobs(root))[0]?.state, 'running');
  });

  function show(work: string): {
    child: ChildProcess;
    ended: Promise<{ exitCode: number | null; events: JobEvent[]; stderr: string }>;
    saw: (type: JobEvent['type']) => Promise<void>;
  } {
    const child = spawn(process.execPath, ['--import', 'tsx', fixture, 'show', work, root]);
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    const events = (): JobEvent[] =>
      stdout
        .split('\n')
        .slice(0, -1)
        .map((line) => JSON.parse(line) as JobEvent);
    return {
      child,
      ended: new Promise((resolve) => {
        child.on('close', (exitCode) => resolve({ exitCode, events: events(), stderr }));
      }),
      saw: async (type) => {
        while (!events().some((event) => event.type === type)) {
          assert.equal(child.exitCode, null, stderr);
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
      },
    };
  }
});
