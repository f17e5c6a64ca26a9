import assert from 'node:assert/strict';
import { execa } from 'execa';
import fc from 'fast-check';
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AppError, isAppError } from '../../../../src/core/base/errors';
import type { KubeClient } from '../../../../src/core/cluster/kubeClient';
import { planRunner, type Applied } from '../../../../src/core/job/runner/kubernetes/deploy';
import { resultOf } from '../../../../src/core/job/runner/kubernetes/followPod';
import { bundleFiles, loader, packBundle } from '../../../../src/core/job/runner/kubernetes/bundle';
import { jobFrom, policyInPod, requestInPod } from '../../../../src/core/job/runner/kubernetes/kubernetesRunner';
import { policiesInForce, writeOwnPolicy } from '../../../../src/core/policy/policies';
import { jobSpec } from '../../../../src/core/job/runner/kubernetes/podTemplate';
import { writeProtected } from '../../../../src/core/policy/protectedList';
import { annotations, labels } from '../../../../src/core/job/runner/kubernetes/names';
import type { KubeJob, KubePod } from '../../../../src/core/job/runner/kubernetes/objects';
import { eventIn, lineOf, resultIn, shortResult } from '../../../../src/core/job/runner/kubernetes/podOutput';
import type { JobResult } from '../../../../src/core/job/record/jobEvents';
import { requestOf } from '../requestOf';

const done: JobResult = { type: 'result', outcome: 'done', exitCode: 0, data: { backup: 'b1' } };
const failed: JobResult = { type: 'result', outcome: 'failed', exitCode: 1, data: {} };

function job(type?: 'Complete' | 'Failed', reason?: string, noted?: JobResult): KubeJob {
  return {
    metadata: {
      name: 'db-ferry-1',
      ...(noted ? { annotations: { [annotations.result]: JSON.stringify(noted) } } : {}),
    },
    status: {
      conditions: type === undefined ? [] : [{ type, status: 'True', ...(reason === undefined ? {} : { reason }) }],
    },
  };
}

function pod(exitCode: number, message = '', reason = 'Error', disrupted?: string): KubePod {
  const conditions = disrupted === undefined ? [] : [{ type: 'DisruptionTarget', status: 'True', reason: disrupted }];
  const containerStatuses = [{ name: 'db-ferry', state: { terminated: { exitCode, message, reason } } }];
  return { metadata: { name: 'p' }, status: { conditions, containerStatuses } };
}

describe('a job in a pod: what counts as its result', () => {
  for (const [what, [of, its, said], outcome, reason] of [
    ['what it said, where its container ended so', [job('Complete'), pod(0, '', 'Completed'), done], 'done', undefined],
    [
      'its termination message, where the log is gone',
      [job('Complete'), pod(0, JSON.stringify(done))],
      'done',
      undefined,
    ],
    ['a failure that it told', [job('Failed'), pod(1, JSON.stringify(failed))], 'failed', undefined],
    ['"done", and killed after that', [job('Failed'), pod(137, '', 'OOMKilled'), done], 'failed', 'OOMKilled'],
    ['"done" in a log, and an exit code that says otherwise', [job('Failed'), pod(1), done], 'failed', 'Error'],
    [
      'nothing said: out of memory',
      [job('Failed', 'BackoffLimitExceeded'), pod(137, '', 'OOMKilled')],
      'failed',
      'OOMKilled',
    ],
    [
      'nothing said: evicted',
      [job('Failed'), pod(137, '', 'Error', 'EvictionByEvictionAPI')],
      'failed',
      'EvictionByEvictionAPI',
    ],
    ['nothing said: out of time', [job('Failed', 'DeadlineExceeded'), undefined], 'failed', 'DeadlineExceeded'],
    [
      '"done", and the pod is gone before Kubernetes counted it',
      [job('Failed', 'DeadlineExceeded'), undefined, done],
      'failed',
      'DeadlineExceeded',
    ],
    ['"done", counted, and the pod collected', [job('Complete'), undefined, done], 'done', undefined],
    [
      'written on the Job by who cancelled it',
      [job('Failed', 'DeadlineExceeded', { ...failed, outcome: 'cancelled', exitCode: 130 }), undefined],
      'cancelled',
      undefined,
    ],
    ['"done" written on the Job by anybody', [job('Failed', 'x', done), undefined], 'failed', 'x'],
    ['a message that is no result', [job('Failed'), pod(0, '{"type":"result","outcome":"fine"}')], 'failed', 'Error'],
  ] as const satisfies readonly (readonly [
    string,
    readonly [KubeJob, KubePod | undefined, JobResult?],
    string,
    string | undefined,
  ])[]) {
    it(what, () => {
      const result = resultOf(of, its, { said });
      assert.equal(result.outcome, outcome);
      assert.equal(result.error?.data['reason'], reason);
      assert.equal(result.error?.code, reason === undefined ? undefined : 'job.interrupted');
    });
  }

  it('is the same for who lists it: over as soon as its container ended well, not before another pod may come', () => {
    const request = JSON.stringify(requestOf('backup', ['a/b/c/d'], { root: '/r' }));
    const named = (of: KubeJob): KubeJob => ({
      ...of,
      metadata: { name: of.metadata.name, annotations: { [annotations.request]: request } },
    });
    const its = (of: KubePod): KubePod => ({
      ...of,
      metadata: { name: 'p', labels: { [labels.jobName]: 'db-ferry-1' } },
    });
    const stateOf = (of: KubeJob, one: KubePod): string | undefined => jobFrom(named(of), [its(one)], 'f')?.state;
    assert.equal(stateOf(job(), pod(0, JSON.stringify(done))), 'done');
    assert.equal(stateOf(job(), pod(0)), 'interrupted');
    assert.equal(stateOf(job(), pod(1, JSON.stringify(failed))), 'starting');
    assert.equal(stateOf(job('Failed'), pod(1, JSON.stringify(failed))), 'failed');
  });

  it('is unknown where it vanished while databases were exchanged', () => {
    assert.equal(resultOf(job('Failed'), pod(137), { phase: 'swap' }).outcome, 'unknown');
  });

  it('whatever was said and however it ended: never done unless its container ended with 0, or Kubernetes counted it', () => {
    const results = fc.constantFrom(undefined, done, failed);
    fc.assert(
      fc.property(
        fc.constantFrom('Complete', 'Failed', undefined),
        fc.option(fc.tuple(fc.integer({ min: 0, max: 255 }), results), { nil: undefined }),
        ...[results, results],
        (type, ended, said, noted) => {
          const its = ended && pod(ended[0], ended[1] && JSON.stringify(ended[1]));
          const { outcome } = resultOf(job(type, undefined, noted), its, { said });
          if (outcome === 'done') assert.ok(ended ? ended[0] === 0 : type === 'Complete');
        },
      ),
    );
  });
});

describe('a job in a pod: its output', () => {
  it('is read back event by event, and what other programs print is none', () => {
    const event = { time: '2026-11-30T12:00:00.000Z', type: 'phase', phase: 'dump' } as const;
    assert.deepEqual(eventIn(lineOf({ seq: 3, event })), { seq: 3, event });
    for (const line of [
      '',
      'hello',
      '{}',
      '{"seq":1}',
      '[1]',
      '{"seq":0,"time":"2026-11-30T12:00:00Z","type":"phase"}',
    ])
      assert.equal(eventIn(line), undefined, line);
    const forged = { seq: 1, time: '2026-11-30T12:00:00.000Z', type: 'result', outcome: 'done', exitCode: 7, data: {} };
    assert.equal(eventIn(JSON.stringify(forged)), undefined);
  });

  it('fits its result into what the kubelet keeps, outcome and exit code always', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.string({ maxLength: 9000 })),
        fc.string({ maxLength: 9000 }),
        (data, text) => {
          const short = shortResult({ ...failed, data, error: { code: 'internal', data: { text } } });
          assert.ok(Buffer.byteLength(short) <= 4096);
          assert.equal(resultIn(short)?.outcome, 'failed');
        },
      ),
    );
  });
});

describe('a bundle in ConfigMaps', () => {
  let folder: string;
  let packed: Awaited<ReturnType<typeof packBundle>>;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'dbf-bundle-'));
    await mkdir(join(folder, 'dist'));
    // the one that is larger than a ConfigMap, whatever compresses it
    const noise = randomBytes(1_100_000).toString('base64');
    for (const file of bundleFiles) {
      const text = `/* ${file === 'db-ferry.cjs' ? noise : ''} */ console.log('${file}', process.argv[2]);`;
      await writeFile(join(folder, 'dist', file), text);
    }
    packed = await packBundle(join(folder, 'dist'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  /** What a pod would see of the ConfigMaps, and what comes of it. */
  async function load(change: (files: Record<string, Buffer>) => void): Promise<{ exitCode?: number; stdout: string }> {
    const { sha256, parts } = packed;
    const [bundle, app] = [join(folder, 'bundle'), join(folder, 'app')];
    await rm(bundle, { recursive: true, force: true });
    await rm(app, { recursive: true, force: true });
    await mkdir(bundle);
    const files = Object.fromEntries(
      parts.flatMap(({ binaryData }) =>
        Object.entries(binaryData).map(([name, text]) => [name, Buffer.from(text, 'base64')]),
      ),
    );
    change(files);
    for (const [name, bytes] of Object.entries(files)) await writeFile(join(bundle, name), bytes);
    const script = loader.replaceAll('/bundle', bundle).replaceAll('/tmp/app', app);
    return execa(process.execPath, ['-e', script], {
      env: { DB_FERRY_BUNDLE: sha256 },
      reject: false,
      stderr: 'ignore',
    });
  }

  it('holds at most what one may hold in each, and runs in the pod', async () => {
    const { parts } = packed;
    assert.ok(parts.length > 1, 'a file that is larger than one ConfigMap is in several');
    for (const { binaryData } of parts) {
      const bytes = Object.values(binaryData).reduce((sum, text) => sum + Buffer.from(text, 'base64').length, 0);
      assert.ok(bytes <= 1 << 20);
    }
    const { stdout, exitCode } = await load(() => undefined);
    assert.equal(exitCode, 0);
    assert.equal(stdout, 'cli.js run-request');
  });

  it('runs nothing of one that somebody changed, cut, or added to', async () => {
    const changes: ((files: Record<string, Buffer>) => void)[] = [
      (files) => files['cli.js.br.0']?.writeUInt8(0x21, 40),
      (files) => {
        delete files['client-s3.cjs.br.0'];
      },
      (files) => void (files['more.cjs.br.0'] = Buffer.from('x')),
    ];
    for (const change of changes) {
      const { stdout, exitCode } = await load(change);
      assert.deepEqual([exitCode, stdout], [1, '']);
    }
  });
});

describe('what is deployed', () => {
  const client = {
    cluster: { alias: 'prod' },
    get: async () =>
      Promise.reject(new AppError('cluster.api', { cluster: 'prod', status: 404, message: 'not found' })),
  } as unknown as KubeClient;
  const plan = async (namespace: string): Promise<readonly Applied[]> =>
    planRunner(client, { namespace, targets: ['shop'], bundle: { path: '/opt/cli.js' }, size: '1Gi', more: {} });

  it('takes no right from another runner of the same namespace of databases', async () => {
    const [one, other] = await Promise.all([plan('first'), plan('second')]);
    const bindings = (all: readonly Applied[]): string[] =>
      all.filter(({ kind }) => kind === 'RoleBinding').map(({ path }) => path);
    assert.equal(bindings(one).length, 2);
    assert.deepEqual(
      bindings(one).filter((path) => bindings(other).includes(path)),
      [],
    );
  });

  it('gives no right to read a Secret, to start a pod, or to change a role', async () => {
    const rules = (await plan('first')).flatMap(
      ({ body }) => (body['rules'] ?? []) as { resources: string[]; verbs: string[] }[],
    );
    const all = rules.flatMap(({ resources, verbs }) =>
      resources.flatMap((resource) => verbs.map((verb) => `${verb} ${resource}`)),
    );
    assert.deepEqual(all.sort(), [
      ...['create leases', 'create pods/exec', 'get leases', 'get pods', 'get pods/exec', 'list pods', 'patch leases'],
      ...['update leases', 'watch pods'],
    ]);
  });
});

describe('a request on its way to a pod', () => {
  const before = process.env['XDG_STATE_HOME'];
  let state: string;
  beforeEach(async () => {
    state = await mkdtemp(join(tmpdir(), 'dbf-in-pod-'));
    process.env['XDG_STATE_HOME'] = state;
  });
  afterEach(async () => {
    if (before === undefined) delete process.env['XDG_STATE_HOME'];
    else process.env['XDG_STATE_HOME'] = before;
    await rm(state, { recursive: true });
  });

  const cluster = { alias: 'b', user: 'jo', names: ['b'], contexts: ['b'], server: 'https://b' };
  const client = {
    cluster,
    post: async () => Promise.reject(new AppError('cluster.forbidden', { cluster: 'b', message: 'no' })),
    get: async () => Promise.reject(new AppError('cluster.forbidden', { cluster: 'b', message: 'no' })),
  } as unknown as KubeClient;
  const settings = { schema: 1, image: 'i' } as unknown as Parameters<typeof requestInPod>[2];
  const inPod = async (...request: Parameters<typeof requestOf>): ReturnType<typeof requestInPod> =>
    requestInPod(client, requestOf(...request), settings);

  const isEncrypted = async (...request: Parameters<typeof requestOf>): Promise<boolean> => {
    const { options } = await inPod(...request);
    return 'encrypt' in options && options.encrypt;
  };

  it('is encrypted where this user’s list asks for it, which no pod has, and no safety backup is left to one in clear', async () => {
    const copy = ['b/prod/pg-0/shop', 'b/dev/pg-0/shop'];
    assert.equal(await isEncrypted('backup', ['b/prod/pg-0/shop']), false);
    await writeProtected('encrypt', ['b/prod']);
    assert.equal(await isEncrypted('backup', ['b/prod/pg-0/shop']), true);
    assert.equal(await isEncrypted('backup', ['b/dev/pg-0/shop']), false);
    assert.equal(await isEncrypted('copy', copy), true);
    assert.equal(await isEncrypted('copy', [...copy].reverse()), false);
    await assert.rejects(
      inPod('restore', ['20261120T010000Z-aaaaaa', 'b/prod/pg-0/shop'], { options: { as: 'replace', inPlace: true } }),
      (error) => isAppError(error, 'usage') && 'rule' in error.data && error.data.rule === 'inCluster.local',
    );
  });

  it('brings the policy that this user chose, which counts there as it does here', async () => {
    assert.deepEqual(await policyInPod(), {});
    const text = await readFile(join(import.meta.dirname, '../../../../deploy/policies/small-team.yaml'), 'utf8');
    const { policy } = await writeOwnPolicy(text);
    const whole = { ...settings, bundle: { path: '/ferry' } };
    const given = await policyInPod();
    assert.deepEqual(given, { DB_FERRY_POLICY: text });
    const { template } = jobSpec(requestOf('backup', ['b/prod/pg-0/shop']), 'b', whole, { variables: given }) as {
      template: { spec: { containers: { env: { name: string; value?: string }[] }[] } };
    };
    const env = template.spec.containers[0]?.env ?? [];
    assert.equal(env.find(({ name }) => name === 'DB_FERRY_POLICY')?.value, text);
    // in the pod: another state, and what it was given
    process.env['XDG_STATE_HOME'] = join(state, 'pod');
    process.env['DB_FERRY_POLICY'] = text;
    try {
      const [inForce] = await policiesInForce(undefined, []);
      assert.deepEqual([inForce?.policy.metadata.name, inForce?.by], [policy.metadata.name, { kind: 'own' }]);
      process.env['DB_FERRY_POLICY'] = `${text}\nnonsense: true`;
      await assert.rejects(policiesInForce(undefined, []), (error) => isAppError(error, 'policy.invalid'));
    } finally {
      delete process.env['DB_FERRY_POLICY'];
      process.env['XDG_STATE_HOME'] = state;
    }
    await writeOwnPolicy(`${text}\n#${'x'.repeat(130_000)}`);
    await assert.rejects(policyInPod(), (error) => isAppError(error, 'usage'));
  });

  it('replaces no protected database whose name nobody typed', async () => {
    await writeProtected('own', ['b/prod']);
    const restore = ['20261120T010000Z-aaaaaa', 'b/prod/pg-0/shop'];
    await assert.rejects(inPod('restore', restore, { options: { as: 'replace' } }), (error) =>
      isAppError(error, 'restore.refused'),
    );
    const asked = { ...requestOf('restore', restore, { options: { as: 'replace' } }), confirmed: 'shop' };
    assert.equal((await requestInPod(client, asked, settings)).kind, 'restore');
  });
});
