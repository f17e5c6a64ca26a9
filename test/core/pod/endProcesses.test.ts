import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { feedCommand, readCommand } from '../../../src/core/exec/wrapper';
import { endProcesses } from '../../../src/core/pod/endProcesses';
import { LocalExec } from '../localExec';

const nonce = 'f'.repeat(32);

describe('endProcesses', () => {
  const application = `db-ferry-test${process.pid}`;
  const running: ChildProcess[] = [];
  afterEach(() => running.splice(0).forEach((child) => child.kill('SIGKILL')));

  for (const [what, argv] of [
    ['a command that waits for input', feedCommand(nonce, 1, 1e6, tool('cat'))],
    ['a command that ended before its input', feedCommand(nonce, 1, 1e6, tool('true'))],
    ['a command that waits for nothing', readCommand(nonce, 1, tool('sleep', '1000'))],
    ['a command whose end nobody acknowledges', readCommand(nonce, 1, tool('true'))],
    ['a command that is deaf to TERM', readCommand(nonce, 1, tool('sh', '-c', 'trap "" TERM INT; sleep 1000; :'))],
    ['one of the sessions beside', readCommand(nonce, 1, ['env', `PGAPPNAME=${application}-before`, 'sleep', '1000'])],
  ] as const) {
    it(`ends ${what}, although its stdin stays open`, async () => {
      const child = start(argv);
      const ended = once(child, 'exit');
      await new Promise((resolve) => setTimeout(resolve, 500));
      assert.equal(await endProcesses(new LocalExec(), application), 0);
      await ended;
    });
  }

  it('leaves those of others alone', async () => {
    const child = start(readCommand(nonce, 1, ['env', 'PGAPPNAME=db-ferry-other', 'sleep', '1000']));
    assert.equal(await endProcesses(new LocalExec(), application), 0);
    await new Promise((resolve) => setTimeout(resolve, 300));
    assert.deepEqual([child.exitCode, child.signalCode], [null, null]);
    child.stdin?.end();
    await once(child, 'exit');
  });

  function tool(program: string, ...args: string[]): string[] {
    return ['env', `PGAPPNAME=${application}`, program, ...args];
  }

  /** As a container runtime runs it: a leader of its own session, whose stdin nobody closes. */
  function start(argv: readonly string[]): ChildProcess {
    const [program = '', ...args] = argv;
    const child = spawn(program, args, { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
    running.push(child);
    return child;
  }
});
