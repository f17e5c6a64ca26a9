import { parsePodReference } from '../../../src/core/cluster/reference';
import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cliHints } from '../../../src/cli/hints';
import { isAppError, type AppError } from '../../../src/core/base/errors';
import type { Finding } from '../../../src/core/base/finding';
import { planClean } from '../../../src/core/job/plan/planClean';
import { Places } from '../../../src/core/job/plan/places';
import { sentences, wordsFor } from '../../../src/words/errorWords';
import { findingWords } from '../../../src/words/findingWords';

describe('the places of a job', () => {
  let folder: string;
  let good: string;
  let kept: string | undefined;
  beforeEach(async () => {
    kept = process.env['KUBECONFIG'];
    folder = await mkdtemp(join(tmpdir(), 'dbf-places-'));
    good = join(folder, 'good');
    await writeFile(good, config({}));
    // only what is named here
    process.env['KUBECONFIG'] = join(folder, 'nothing');
    await writeFile(join(folder, 'nothing'), '');
  });
  afterEach(async () => {
    if (kept === undefined) delete process.env['KUBECONFIG'];
    else process.env['KUBECONFIG'] = kept;
    await rm(folder, { recursive: true });
  });

  const signal = new AbortController().signal;
  const config = (cluster: object): string =>
    JSON.stringify({
      clusters: [{ name: 'c', cluster: { server: 'https://127.0.0.1:1', ...cluster } }],
      users: [{ name: 'u', user: { token: 't' } }],
      contexts: [{ name: 'prod', context: { cluster: 'c', user: 'u' } }],
    });

  async function failure(files: readonly string[], reference = 'other/shop/postgres-0'): Promise<AppError> {
    return new Places(files).pod(parsePodReference(reference), signal).then(
      () => assert.fail('it was found'),
      (error: unknown) => (isAppError(error) ? error : assert.fail(String(error))),
    );
  }

  it('name the kubeconfig files that could not be read where a cluster is not known', async () => {
    const broken = join(folder, 'broken');
    await writeFile(broken, 'users:\n- name: "x\n');
    for (const files of [[broken], [broken, good]]) {
      const { code, data } = await failure(files);
      assert.equal(code, files.length === 1 ? 'cluster.none' : 'cluster.unknown');
      const said = sentences(wordsFor(code, data, cliHints));
      assert.ok(said.includes(`Not read: ${broken}: line `), said);
    }
  });

  it('say so where KUBECONFIG names no file that is there, and nothing where one of them is', async () => {
    process.env['KUBECONFIG'] = [join(folder, 'gone'), join(folder, 'away')].join(':');
    const said = async (): Promise<string> => {
      const { code, data } = await failure([]);
      return sentences(wordsFor(code, data, cliHints));
    };
    assert.match(await said(), /Not read: .*gone: there is no such file\.\n +Not read: .*away: there is no such file/);
    process.env['KUBECONFIG'] = `${join(folder, 'gone')}:${good}`;
    assert.doesNotMatch(await said(), /gone/);
  });

  it('tell once that a certificate is not checked, before anything goes there', async () => {
    const open = join(folder, 'open');
    await writeFile(open, config({ 'insecure-skip-tls-verify': true }));
    for (const [file, expected] of [
      [open, 1],
      [good, 0],
    ] as const) {
      const found: Finding[] = [];
      const report = (progress: { readonly type: string; readonly finding?: Finding }): void => {
        if (progress.finding) found.push(progress.finding);
      };
      const places = new Places([file], undefined, [], { report });
      for (let at = 0; at < 2; at++) {
        await assert.rejects(places.pod(parsePodReference('prod/shop/postgres-0'), signal), (error) =>
          isAppError(error, 'cluster.unreachable'),
        );
        assert.equal(found.length, expected);
      }
      // what asks before a question tells it, too, also where nobody answers
      const asked = { root: folder, of: parsePodReference('prod/shop/postgres-0'), kubeconfigs: [file] };
      const { findings, notReached } = await planClean(asked, signal);
      assert.deepEqual([findings, notReached.length], [found, 1]);
      for (const finding of found) {
        assert.equal(finding.level, 'warn');
        assert.match(findingWords(finding, cliHints), /not proven: .*insecure-skip-tls-verify/);
      }
    }
  });
});
