import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { parse } from 'yaml';
import { writeKubeconfig } from './api/kubeconfig';
import { main } from '../../src/cli/main';
import { ferry, told } from './ferry';
import { places, startLab, type Lab } from './lab';

describe('who may what', function () {
  this.timeout(60_000);
  let lab: Lab;
  let root: string;
  const seeing = ['get pods limited', 'list pods limited'];

  before(async () => {
    lab = await startLab({ only: ['limited'] });
    root = await mkdtemp(join(tmpdir(), 'dbf-root-'));
  });
  after(async () => {
    await lab.close();
    await rm(root, { recursive: true, force: true });
  });

  /** A kubeconfig of a service account with these rules. */
  async function accountWith(name: string, allow: readonly string[]): Promise<string> {
    const { state, api } = lab.clusters['cluster-b'];
    state.users.set(name, { name: `system:serviceaccount:limited:${name}`, allow: [...seeing, ...allow] });
    const file = join(root, `${name}.kubeconfig`);
    await writeKubeconfig(file, [{ contextName: 'cluster-b', url: api.url, caPem: api.caPem, token: name }]);
    return file;
  }

  for (const [name, allow, missing] of [
    ['getter', ['get pods/exec limited'], ['create']],
    ['creator', ['create pods/exec limited'], ['get']],
    ['watcher', [], ['get', 'create']],
  ] as const) {
    it(`${name}: told what is missing, and to whom, before anything is begun`, async () => {
      const kubeconfig = await accountWith(name, allow);
      const run = await ferry({ kubeconfig, root }, 'backup', `${places.limited}/app`);
      assert.equal(run.exitCode, 1, told(run));
      assert.equal(run.result.error?.code, 'cluster.forbidden', told(run));
      const { data } = run.result.error;
      assert.deepEqual(data['missing'], missing);
      assert.equal(data['user'], `system:serviceaccount:limited:${name}`);
      const phases = run.events.flatMap((event) => (event.type === 'phase' ? [event.phase] : []));
      assert.deepEqual(phases, ['preflight']);
    });

    it(`${name}: the rule to ask for stands below the pods`, async () => {
      const kubeconfig = await accountWith(name, allow);
      const { out, err } = await typed('pods', 'cluster-b/limited', '--kubeconfig', kubeconfig);
      assert.match(out, /postgres-0 .* ready, no pods\/exec/);
      assert.ok(err.includes(`may not ${missing.join(' and ')} pods/exec in limited`), err);
      const [role, binding] = err
        .slice(err.indexOf('apiVersion'))
        .split('---\n')
        .map((text) => parse(text) as Record<string, unknown>);
      assert.deepEqual((role?.['rules'] as object[])[1], {
        apiGroups: [''],
        resources: ['pods/exec'],
        verbs: ['get', 'create'],
      });
      assert.deepEqual(binding?.['subjects'], [{ kind: 'ServiceAccount', name, namespace: 'limited' }]);
    });
  }

  it('both rights are enough', async () => {
    const kubeconfig = await accountWith('enough', ['get pods/exec limited', 'create pods/exec limited']);
    const { out, err } = await typed('pods', 'cluster-b/limited', '--kubeconfig', kubeconfig);
    assert.match(out, /postgres-0 .* ready *\n/);
    assert.equal(err, '');
    const run = await ferry({ kubeconfig, root }, 'databases', places.limited);
    assert.equal(run.exitCode, 0, told(run));
  });

  it('a refusal that no role is the reason of names no rule', async () => {
    const kubeconfig = await accountWith('denied', ['get pods/exec limited', 'create pods/exec limited']);
    const message = 'admission webhook "no-exec" denied the request';
    const body = JSON.stringify({ kind: 'Status', status: 'Failure', message, code: 403 });
    lab.clusters['cluster-b'].state.faults.exec.push({ kind: 'refuse', status: 403, body });
    const { err } = await typed('databases', places.limited, '--kubeconfig', kubeconfig);
    assert.match(err, /admission webhook "no-exec" denied/);
    assert.match(err, /something else in the cluster refuses/);
    assert.doesNotMatch(err, /apiVersion/);
  });

  /** As a person sees it. */
  async function typed(...argv: string[]): Promise<{ out: string; err: string }> {
    const [out, err] = [new PassThrough(), new PassThrough()];
    await main(argv, { in: new PassThrough(), out, err });
    return { out: String(out.read() ?? ''), err: String(err.read() ?? '') };
  }
});
