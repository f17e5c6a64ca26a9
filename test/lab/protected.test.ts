import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cliHints } from '../../src/cli/hints';
import { plainFinding } from '../../src/words/findingWords';
import { ferry, told, type FerrySetting, type Run } from './ferry';
import { places, startLab, type Lab } from './lab';

describe('a protected place', function () {
  this.timeout(240_000);
  let lab: Lab;
  let setting: FerrySetting;
  let folder: string;
  const target = `${places.pg16}/kept_safe`;

  before(async () => {
    lab = await startLab({ only: ['source', 'pg16'], scale: 0.02 });
    // a state of its own: other tests run beside this one, and what it protects is protected for all who share it
    folder = await mkdtemp(join(tmpdir(), 'dbf-protected-'));
    const env = { XDG_STATE_HOME: join(folder, 'state') };
    setting = { kubeconfig: lab.kubeconfig, root: join(folder, 'root'), env };
    await lab.server('source').sql('postgres', 'create database calm');
    await lab.server('source').sql('calm', 'create table t as select generate_series(1, 9) as a');
  });
  after(async () => {
    await lab.close();
    await rm(folder, { recursive: true, force: true });
  });

  const run = (...argv: string[]): Promise<Run> => ferry(setting, ...argv);
  const rows = async (): Promise<unknown> =>
    (await lab.server('pg16').sql('kept_safe', 'select count(*)::int as rows from t'))[0]?.['rows'];

  it('lets a job replace, put back and drop a database only by its name: --yes alone is refused by the job, with how to go on', async () => {
    const copy = ['copy', `${places.source}/calm`, target];
    const first = await run(...copy);
    assert.equal(first.exitCode, 0, told(first));
    assert.equal((await run('protect', placeOf(target))).exitCode, 0);
    await lab.server('pg16').sql('kept_safe', 'insert into t values (10)');
    const replace = [...copy, '--as', 'replace', '--yes'];
    for (const confirm of [[], ['--confirm', 'calm']]) {
      const refused = await run(...replace, ...confirm);
      assert.equal(refused.exitCode, 4, told(refused));
      assert.equal(refused.result.error?.code, 'restore.refused');
      const words = (refused.result.findings ?? []).map((finding) => plainFinding(finding, cliHints));
      assert.match(words.join('; '), /protected place .*--confirm kept_safe/);
      assert.equal(await rows(), 10, 'untouched');
    }
    const replaced = await run(...replace, '--confirm', 'kept_safe');
    assert.equal(replaced.exitCode, 0, told(replaced));
    assert.equal(await rows(), 9);
    for (const back of ['undo', 'release']) assert.equal((await run(back, target, '--yes')).exitCode, 4, back);
    assert.equal(await rows(), 9);
    const kept = String(replaced.result.data['kept']);
    const undone = await run('undo', target, '--confirm', kept);
    assert.equal(undone.exitCode, 0, told(undone));
    assert.equal(await rows(), 10);
    // a new one takes nothing away
    const other = await run('copy', `${places.source}/calm`, `${target}_2`);
    assert.equal(other.exitCode, 0, told(other));
  });
});

/** `cluster/namespace` of a reference. */
function placeOf(reference: string): string {
  return reference.split('/').slice(0, 2).join('/');
}
