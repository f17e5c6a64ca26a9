import '../ui/vscodeDouble';
import assert from 'node:assert/strict';
import { ProtectedPlaces } from '../../../src/core/policy/protectedPlaces';
import type { Services } from '../../../src/services';
import type * as fake from '../ui/fakeVscode';

describe('protecting a cluster', () => {
  const cluster = { alias: 'prod', server: 'https://api.prod:6443', contexts: [{ name: 'prod' }] };
  let vscode: typeof fake;
  before(async () => (vscode = (await import('vscode')) as unknown as typeof fake));
  afterEach(() => {
    vscode.settings.clear();
    vscode.said.length = vscode.answers.length = 0;
  });

  it('stores the address of its server, once', async () => {
    assert.deepEqual(await run('protect', ['test/*']), ['test/*', 'api.prod:6443/*']);
    assert.deepEqual(await run('protect', ['prod/*']), ['prod/*']);
    assert.match(vscode.said[0]?.text ?? '', /protected already, by “prod\/\*”/);
  });

  it('is taken back in both forms, after a question that names them', async () => {
    vscode.answers.push('Unprotect');
    assert.deepEqual(await run('unprotect', ['prod/*', 'test/*', 'api.prod:6443/*']), ['test/*']);
    assert.match(vscode.said[0]?.detail ?? '', /Removes “prod\/\*”, “api\.prod:6443\/\*”.*without typing/s);
  });

  it('is not taken back by what other clusters need, and says what protects it', async () => {
    assert.deepEqual(await run('unprotect', ['pr*/*', 'prod/shop']), ['pr*/*', 'prod/shop']);
    const { text = '', buttons } = vscode.said[0] ?? {};
    assert.match(text, /not unprotected.*“pr\*\/\*”.*other clusters.*Projects of it stay protected by “prod\/shop”/);
    assert.deepEqual(buttons, ['Open Settings']);
  });

  it('that stays protected by another entry is not said to be free', async () => {
    vscode.answers.push('Unprotect');
    assert.deepEqual(await run('unprotect', ['prod/*', '*']), ['*']);
    const { detail = '' } = vscode.said[0] ?? {};
    assert.match(detail, /Removes “prod\/\*”.*All of it stays protected by “\*”/s);
    assert.doesNotMatch(detail, /without typing/);
  });

  async function run(what: 'protect' | 'unprotect', patterns: string[]): Promise<unknown> {
    const { protectCluster, unprotectCluster } = await import('../../../src/commands/protectCluster');
    const { settings } = await import('../../../src/ui/settings');
    vscode.settings.set('protectedPlaces', patterns);
    const clusters = { all: async () => [{ cluster }] };
    const trees = { clusters: { nameOf: () => cluster.alias } };
    const protection = new ProtectedPlaces(settings.protectedPlaces);
    const command = what === 'protect' ? protectCluster : unprotectCluster;
    await command.run({ clusters, protection, trees } as unknown as Services, undefined, []);
    return vscode.settings.get('protectedPlaces');
  }
});
