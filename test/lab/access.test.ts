import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { parse, parseAllDocuments } from 'yaml';
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

  describe('the roles to apply', () => {
    const role = async (file: string, name: string): Promise<readonly Rule[]> => {
      const text = await readFile(new URL(`../../deploy/rbac/${file}`, import.meta.url), 'utf8');
      const found = parseAllDocuments(text)
        .map((document) => document.toJS() as { kind: string; metadata: { name: string }; rules: readonly Rule[] })
        .find(({ kind, metadata }) => /^(Cluster)?Role$/.test(kind) && metadata.name === name);
      return found?.rules ?? assert.fail(`${name} in ${file}`);
    };

    /** As RBAC reads them: in a namespace, or in all. */
    function granted(rules: readonly Rule[], namespace?: string): string[] {
      return rules.flatMap(({ verbs, resources, resourceNames = [undefined] }) =>
        verbs.flatMap((verb) =>
          resources.flatMap((resource) =>
            resourceNames.map((name) =>
              [verb, resource, namespace, name].filter((part) => part !== undefined).join(' '),
            ),
          ),
        ),
      );
    }

    async function account(name: string, allow: readonly string[]): Promise<string> {
      const { state, api } = lab.clusters['cluster-b'];
      state.users.set(name, { name: `system:serviceaccount:limited:${name}`, allow });
      const file = join(root, `${name}.kubeconfig`);
      await writeKubeconfig(file, [{ contextName: 'cluster-b', url: api.url, caPem: api.caPem, token: name }]);
      return file;
    }

    it('namespace.yaml: finding and working in that namespace', async () => {
      const kubeconfig = await account('in-namespace', granted(await role('namespace.yaml', 'db-ferry'), 'limited'));
      const { out } = await typed('pods', 'cluster-b/limited', '--kubeconfig', kubeconfig);
      assert.match(out, /postgres-0 .* ready *\n/);
      const run = await ferry({ kubeconfig, root }, 'backup', `${places.limited}/app`);
      assert.equal(run.exitCode, 0, told(run));
    });

    it('one-pod.yaml: a pod that is named in full, without listing any; nothing else', async () => {
      const kubeconfig = await account('one-pod', granted(await role('one-pod.yaml', 'db-ferry-one-pod'), 'limited'));
      const run = await ferry({ kubeconfig, root }, 'backup', 'cluster-b/limited/postgres-0/app');
      assert.equal(run.exitCode, 0, told(run));
      for (const pod of ['postgres', 'postgres-1']) {
        const { err } = await typed('databases', `cluster-b/limited/${pod}`, '--kubeconfig', kubeconfig);
        assert.match(err, /may not get pods in limited/);
      }
    });

    it('cluster.yaml: finding everywhere and working nowhere; and working where it is bound', async () => {
      const find = granted(await role('cluster.yaml', 'db-ferry-find'));
      const finder = await account('finder', find);
      const { out } = await typed('pods', 'cluster-b', '--kubeconfig', finder);
      assert.match(out, /limited\/postgres-0 .* no pods\/exec/);
      const worker = await account('worker', [...find, ...granted(await role('cluster.yaml', 'db-ferry'), 'limited')]);
      const run = await ferry({ kubeconfig: worker, root }, 'databases', places.limited);
      assert.equal(run.exitCode, 0, told(run));
    });

    it('a name that is no pod, where pods may be read and not listed: that is said', async () => {
      const allow = ['get pods limited', 'get pods/exec limited', 'create pods/exec limited'];
      const kubeconfig = await account('getting', allow);
      const { err } = await typed('databases', 'cluster-b/limited/nothing', '--kubeconfig', kubeconfig);
      assert.match(err, /There is no pod cluster-b\/limited\/nothing/);
      assert.match(err, /Name a pod itself/);
    });
  });

  /** As a person sees it. */
  async function typed(...argv: string[]): Promise<{ out: string; err: string }> {
    const [out, err] = [new PassThrough(), new PassThrough()];
    await main(argv, { in: new PassThrough(), out, err });
    return { out: String(out.read() ?? ''), err: String(err.read() ?? '') };
  }
});

/** Of a Role or a ClusterRole. */
interface Rule {
  readonly verbs: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
}
