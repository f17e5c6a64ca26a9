import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { callsOf, readPages, snippetsOf } from '../tools/pages';
import { ferry, told, type FerrySetting, type Run } from './ferry';
import { startLab, type Lab } from './lab';
import { serversOf } from './rehearsal/exercise';
import { exercises } from './rehearsal/exercises';

describe('an exercise of the rehearsals', function () {
  this.timeout(300_000);
  const page = readPages().find(({ path }) => path === 'docs/rehearsal.md');
  let lab: Lab;
  let setting: FerrySetting;

  /** The documented commands of an exercise. */
  function solution(name: string): string[][] {
    const part = page?.text.split(`## Solution of ${name}\n`)[1]?.split('\n## ')[0] ?? '';
    return snippetsOf({ path: '', text: part })
      .filter(({ inline }) => !inline)
      .flatMap((one) => callsOf('db-ferry', one));
  }

  // each takes half a minute; REHEARSALS=all tries every one
  const tried = Object.entries(exercises).slice(0, process.env['REHEARSALS'] === 'all' ? undefined : 1);
  for (const [name, exercise] of tried) {
    describe(name, () => {
      before(async () => {
        lab = await startLab({ only: exercise.only, scale: 0.05 });
        setting = { kubeconfig: lab.kubeconfig, root: await mkdtemp(join(tmpdir(), 'dbf-root-')) };
      });
      after(async () => {
        await lab.close();
        await rm(setting.root, { recursive: true, force: true });
      });

      it('is not passed as it begins, and is by the commands of docs/rehearsal.md', async () => {
        const backups: string[] = [];
        const facts = await exercise.prepare({
          lab,
          ferry: async (...args): Promise<Run> => {
            const run = await ferry(setting, ...args);
            assert.equal(run.exitCode, 0, told(run));
            backups.push(String(run.result.data['backup']));
            return run;
          },
        });
        const servers = serversOf(lab, exercise.only);
        assert.notDeepEqual(await exercise.missing(servers, facts), []);
        const commands = solution(name);
        assert.ok(commands.length > 2);
        const codes: number[] = [];
        for (const [at, words] of commands.entries()) {
          if (at === commands.length - 1) assert.notDeepEqual(await exercise.missing(servers, facts), []);
          const run = await ferry(setting, ...words.map((word) => (word.startsWith('<') ? (backups[0] ?? '') : word)));
          codes.push(run.exitCode);
          if (at === commands.length - 1) assert.equal(run.exitCode, 0, told(run));
        }
        assert.deepEqual(await exercise.missing(servers, facts), [], String(codes));
        // what is in the way is said before it is done
        const expected = { 'rows-lost': [0, 3, 0, 0], 'disk-full': [4, 0, 0, 0], 'move-and-undo': [0, 0, 0] }[name];
        assert.deepEqual(codes, expected);
      });
    });
  }
});
