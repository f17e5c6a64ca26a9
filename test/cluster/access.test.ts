import assert from 'node:assert/strict';
import { ferry, told } from '../lab/ferry';
import { asServiceAccount, leave, pair, writeAs, type Pair } from './setting';

describe('real clusters: who may what', function () {
  this.timeout(120_000);
  let clusters: Pair;
  before(async () => {
    clusters = await pair();
  });
  after(() => leave(clusters));

  for (const [name, rules, exitCode, code] of [
    ['ferry-enough', ['pods get list', 'pods/exec get create'], 0, undefined],
    ['ferry-get-only', ['pods get list', 'pods/exec get'], 1, 'cluster.forbidden'],
    ['ferry-create-only', ['pods get list', 'pods/exec create'], 1, 'cluster.forbidden'],
    ['ferry-no-exec', ['pods get list'], 1, 'cluster.forbidden'],
    ['ferry-nothing', [], 1, 'cluster.forbidden'],
  ] as const) {
    it(`${name}: ${code ?? 'a whole backup'}`, async () => {
      const kubeconfig = await asServiceAccount(clusters.kubeconfigA, clusters.root, name, rules);
      const run = await ferry({ kubeconfig, root: clusters.root }, 'backup', `${name}/demo/postgres-0/postgres`);
      assert.equal(run.exitCode, exitCode, told(run));
      assert.equal(run.result.error?.code, code, told(run));
      console.log(`      ${JSON.stringify(run.result.error?.data ?? {})}`.slice(0, 300));
    });
  }

  it('a token that is none: the login is not accepted', async () => {
    const kubeconfig = await writeAs(clusters.kubeconfigA, clusters.root, 'ferry-expired', 'nothing');
    const run = await ferry({ kubeconfig, root: clusters.root }, 'backup', 'ferry-expired/demo/postgres-0/postgres');
    assert.equal(run.exitCode, 1, told(run));
    assert.equal(run.result.error?.code, 'cluster.unauthorized', told(run));
  });
});
