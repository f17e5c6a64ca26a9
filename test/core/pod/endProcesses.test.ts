import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { feedCommand, readCommand } from '../../../src/core/exec/wrapper';
import { isAppError } from '../../../src/core/base/errors';
import { countProcesses, endProcesses } from '../../../src/core/pod/server/endProcesses';
import { LocalExec } from '../localExec';

const nonce = 'f'.repeat(32);
const shells = ['/bin/dash', '/bin/bash', '/bin/busybox'].filter((path) => existsSync(path));

for (const shell of shells) {
  describe(`endProcesses, where sh is ${shell}`, function () {
    this.timeout(60_000);
    const application = `db-ferry-ended${process.pid}`;
    let bin: string;
    let exec: LocalExec;
    const running: ChildProcess[] = [];
    before(async () => {
      bin = await mkdtemp(join(tmpdir(), 'sh-'));
      await symlink(shell, join(bin, 'sh'));
      exec = new LocalExec({ env: { PATH: `${bin}:/usr/bin:/bin` } });
    });
    after(() => rm(bin, { recursive: true }));
    afterEach(() => running.splice(0).forEach((child) => child.kill('SIGKILL')));

    const deaf = tool('sh', '-c', 'trap "" TERM INT; while sleep 1; do :; done');
    for (const [what, argv, written] of [
      ['a command that waits for input', feedCommand(nonce, 1, 1e6, tool('cat')), 500],
      ['a command that ended before its input', feedCommand(nonce, 1, 1e6, tool('true')), 0],
      ['a command that has all its input', feedCommand(nonce, 1, 500, tool('sleep', '1000')), 500],
      ['a command that waits for nothing', readCommand(nonce, 1, tool('sleep', '1000')), 0],
      ['a command that prints without end', readCommand(nonce, 1, tool('yes')), 0],
      ['a command whose end nobody acknowledges', readCommand(nonce, 1, tool('true')), 0],
      ['a command that is deaf', readCommand(nonce, 1, deaf), 0],
      ['a command that is deaf, and its input', feedCommand(nonce, 1, 1e6, deaf), 500],
      ['a session beside', readCommand(nonce, 1, ['env', `PGAPPNAME=${application}-2`, 'sleep', '1000']), 0],
    ] as const) {
      it(`ends ${what}, although its stdin stays open, and leaves process 1 no victim`, async () => {
        const begin = async (): Promise<ReturnType<typeof start>> => {
          const one = start(argv);
          one.child.stdin?.write(Buffer.alloc(written, 'x'));
          await shellBelow(one.child);
          return one;
        };
        const before = await begin();
        await sleep(700);
        const now = await begin();
        await sleep(100);
        assert.equal(await countProcesses(exec, application), 2);
        assert.deepEqual(await endProcesses(exec, application), { ended: 2, remaining: 0 });
        for (const { ended, said } of [before, now]) {
          await ended;
          assert.ok(!said().includes('ORPHAN'), said());
        }
      });
    }

    it('leaves those of others alone, also where a name begins like it', async () => {
      const others = [`${application}0`, 'db-ferry-other'].map((name) =>
        start(readCommand(nonce, 1, ['env', `PGAPPNAME=${name}`, 'sleep', '1000'])),
      );
      await sleep(300);
      assert.deepEqual(await endProcesses(exec, application), { ended: 0, remaining: 0 });
      await sleep(300);
      for (const { child, ended } of others) {
        assert.deepEqual([child.exitCode, child.signalCode], [null, null]);
        child.stdin?.end();
        await ended;
      }
    });

    /** Before it is there, nothing can be found. */
    async function shellBelow({ pid }: ChildProcess): Promise<void> {
      const children = async (): Promise<string[]> =>
        (await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')).split(' ').filter((one) => one !== '');
      const isShell = async (one: string): Promise<boolean> =>
        (await readFile(`/proc/${one}/comm`, 'utf8').catch(() => '')) === 'sh\n';
      while (!(await Promise.all((await children()).map(isShell))).includes(true)) await sleep(20);
    }

    function tool(program: string, ...args: string[]): string[] {
      return ['env', `PGAPPNAME=${application}`, program, ...args];
    }

    /** Below a process that inherits its orphans, as a postmaster does, and tells of those that died by a signal. Nobody closes its stdin. */
    function start(argv: readonly string[]): { child: ChildProcess; said: () => string; ended: Promise<unknown> } {
      const orphans = join(import.meta.dirname, '../exec/orphans.pl');
      const child = spawn('perl', [orphans, ...argv], {
        detached: true,
        stdio: ['pipe', 'ignore', 'pipe'],
        env: { PATH: `${bin}:/usr/bin:/bin` },
      });
      running.push(child);
      let text = '';
      child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()));
      child.stdin.on('error', () => undefined);
      return { child, said: () => text, ended: once(child, 'close') };
    }
  });
}

describe('endProcesses', () => {
  it('does not say that none stayed where it could not look', async () => {
    const bin = await mkdtemp(join(tmpdir(), 'sh-'));
    await symlink('/bin/false', join(bin, 'sh'));
    const exec = new LocalExec({ env: { PATH: bin } });
    await assert.rejects(endProcesses(exec, 'db-ferry-ended'), (error) => isAppError(error, 'exec.failed'));
    await rm(bin, { recursive: true });
  });
});
