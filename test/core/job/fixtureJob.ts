// A job process as the command line runs it, with kinds that do what a test asks for: `… run-job <folder>`;
// and the command line that starts such a job and shows it: `… show <work> <root>`.
import { setTimeout as sleep } from 'node:timers/promises';
import { describeJob } from '../../../src/cli/describeJob';
import { runAsJob } from '../../../src/cli/runAsJob';
import { Terminal } from '../../../src/cli/terminal';
import { AppError, type ErrorCode } from '../../../src/core/base/errors';
import type { EventSink } from '../../../src/core/job/record/eventSink';
import type { JobKinds, RunKind } from '../../../src/core/job/run/jobContext';
import { operandsOf } from '../../../src/core/job/request';
import { runJob } from '../../../src/core/job/run/runJob';
import { requestOf } from './requestOf';

const works: Record<string, RunKind> = {
  /** ends at once */
  quick: async ({ work }) => {
    work.report({ type: 'phase', phase: 'dump' });
    return { outcome: 'done', data: { backup: 'b1' } };
  },
  /** runs until it is cancelled, and then takes a moment to clean up */
  long: async ({ work }) => {
    work.report({ type: 'phase', phase: 'dump' });
    try {
      await sleep(60_000, undefined, { signal: work.signal });
    } finally {
      await sleep(100);
    }
    return { outcome: 'done', data: {} };
  },
  /** takes its time to stop */
  slow: async ({ work }) => {
    work.report({ type: 'phase', phase: 'dump' });
    await sleep(60_000, undefined, { signal: work.signal }).catch(() => undefined);
    await sleep(4000);
    return { outcome: 'done', data: {} };
  },
  /** does not listen */
  deaf: async ({ work }) => {
    work.report({ type: 'phase', phase: 'dump' });
    await sleep(60_000);
    return { outcome: 'done', data: {} };
  },
  /** is killed while names are being exchanged */
  swapping: async ({ work }) => {
    work.report({ type: 'phase', phase: 'swap' });
    await sleep(60_000);
    return { outcome: 'done', data: {} };
  },
  chatty: async ({ work }) => {
    for (let bytes = 0; bytes < 500; bytes += 1) {
      work.report({ type: 'progress', phase: 'dump', bytes });
      await sleep(2);
    }
    return { outcome: 'done', data: {} };
  },
  crashing: async () => {
    setTimeout(() => {
      throw new Error('nobody caught this');
    }, 10);
    await sleep(60_000);
    return { outcome: 'done', data: {} };
  },
  failing: async ({ request }) => {
    throw new AppError(('source' in request ? request.source.namespace : 'internal') as ErrorCode, {
      message: 'as asked',
    });
  },
  locking: async ({ lock, work }) => {
    await lock('the target', 'a/b/c/d');
    work.report({ type: 'phase', phase: 'restore' });
    await sleep(60_000, undefined, { signal: work.signal });
    return { outcome: 'done', data: {} };
  },
};

const run: RunKind = async (context) => {
  const work = works[(operandsOf(context.request)[0] ?? '').split('/')[0] ?? ''];
  if (!work) throw new Error('no such work');
  return work(context);
};
const load = async (): Promise<RunKind> => run;
const kinds: JobKinds = {
  backup: load,
  restore: load,
  copy: load,
  verify: load,
  drill: load,
  diff: load,
  undo: load,
  release: load,
  swap: load,
  discard: load,
  clean: load,
  import: load,
};

const [, , mode, operand = '', root = ''] = process.argv;
/** What it works on is taken from it after a moment. */
const losing: EventSink = {
  begin: async ({ abandon }) => {
    setTimeout(() => abandon(new AppError('target.lost', { reference: 'a/b/c/d', job: 'another' })), 300);
    return Promise.resolve();
  },
};
if (mode === 'run-job') {
  const sinks = process.env['FIXTURE_LOSES'] === '1' ? [losing] : [];
  process.exit(await runJob(operand, describeJob, { kinds, sinks }));
} else {
  const streams = { in: process.stdin, out: process.stdout, err: process.stderr };
  const request = requestOf('backup', [`${operand}/x/y/z`], { root });
  process.exit(await runAsJob(request, { options: {}, terminal: new Terminal(streams, true, false) }));
}
