import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { ferry, told, type Run } from '../lab/ferry';
import { answers, applyPod } from './applyPod';
import { kubeExec } from './kubeExec';
import { seed } from './seed';
import { leave, pair, type Pair } from './setting';

const locked = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ['ALL'] },
  readOnlyRootFilesystem: true,
  runAsNonRoot: true,
  runAsUser: 999,
  runAsGroup: 999,
  seccompProfile: { type: 'RuntimeDefault' },
};

describe('real clusters: pods of all kinds', function () {
  this.timeout(300_000);
  let clusters: Pair;
  let original: string;

  before(async () => {
    clusters = await pair();
    await seed(clusters, 0.05);
    original = await clusters.source.fingerprint('ferrytest');
  });
  after(() => leave(clusters));

  for (const [what, name, change] of [
    [
      'restricted: no root, no capabilities, a root file system and /tmp that nobody can write to',
      'ferry-locked',
      (spec) => ({
        ...spec,
        containers: spec.containers.map((each) => ({
          ...each,
          securityContext: locked,
          volumeMounts: [...each.volumeMounts, { name: 'run', mountPath: '/var/run/postgresql' }],
        })),
        volumes: [
          { name: 'data', emptyDir: {} },
          { name: 'run', emptyDir: {} },
        ],
        securityContext: { fsGroup: 999 },
      }),
    ],
    [
      'behind a container and an init container of another kind',
      'ferry-crowded',
      (spec) => {
        const [database] = spec.containers;
        assert.ok(database);
        const other = { image: database.image, imagePullPolicy: 'Never' };
        return {
          ...spec,
          initContainers: [{ ...other, name: 'first', command: ['true'] }],
          containers: [{ ...other, name: 'aside', command: ['sleep', 'infinity'] }, database],
          volumes: [{ name: 'data', emptyDir: {} }],
        };
      },
    ],
  ] satisfies readonly (readonly [string, string, Parameters<typeof applyPod>[2]])[]) {
    it(what, async () => {
      const pod = await applyPod(clusters.kubeconfigB, name, change);
      try {
        const [alias] = clusters.to.split('/');
        const reference = `${String(alias)}/demo/${name}/ferrytest`;
        await expectExit(0, 'copy', clusters.from, reference, '--create-roles');
        assert.equal(await pod.fingerprint('ferrytest'), original);
        const backup = String((await expectExit(0, 'backup', reference)).result.data['backup']);
        await expectExit(0, 'verify', backup, '--deep', `${String(alias)}/demo/${name}`);
        await expectExit(0, 'restore', backup, reference, '--as', 'replace', '--yes');
        await expectExit(0, 'undo', reference, '--yes');
        assert.equal(await pod.fingerprint('ferrytest'), original);
        assert.equal((await pod.leftovers()).trim(), '');
      } finally {
        await pod.remove();
      }
    });
  }

  it('a pod that was made anew: its StatefulSet still names it', async () => {
    await clusters.source.remove();
    await answers(clusters.source);
    const made = await expectExit(0, 'backup', clusters.from);
    await expectExit(0, 'verify', String(made.result.data['backup']));
  });

  for (const protocol of ['v4.channel.k8s.io', 'v5.channel.k8s.io'] as const) {
    it(`${protocol}: a dump comes whole, goes back whole, and a failure is one`, async () => {
      const { namespace, pod } = clusters.source;
      const exec = await kubeExec(clusters.kubeconfigA, `${namespace}/${pod}/postgres`, protocol);
      const archive: Buffer[] = [];
      const dump = ['pg_dump', '-U', 'demo', '-Fc', '-Z1', '-d', 'ferrytest'];
      const read = await exec.read(dump, (chunk) => void archive.push(Buffer.from(chunk)));
      const bytes = Buffer.concat(archive);
      assert.deepEqual([read.exitCode, read.bytes], [0, bytes.length]);
      const list = ['pg_restore', '-f', '/dev/null'];
      assert.equal((await exec.feed(list, Readable.from([bytes]), bytes.length)).exitCode, 0);
      const half = bytes.subarray(0, bytes.length / 2);
      const cut = await exec.feed(list, Readable.from([half]), half.length);
      assert.equal(cut.exitCode, 1);
      assert.match(cut.stderr, /end of file/);
    });
  }

  async function expectExit(exitCode: number, ...args: string[]): Promise<Run> {
    const run = await ferry(clusters.setting, ...args);
    assert.equal(run.exitCode, exitCode, told(run));
    return run;
  }
});
