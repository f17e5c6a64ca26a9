import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { feedCommand, readCommand } from '../../../src/core/exec/wrapper';

const nonce = 'f'.repeat(32);
const acknowledge = `\nA${nonce}\n`;
const complete = `\nE${nonce}\n`;

interface Run {
  readonly out: string;
  readonly err: string;
}

/** Runs a wrapper below a process that inherits its orphans, as a postmaster does. */
async function run(
  argv: readonly string[],
  drive: (io: { write(text: string | Buffer): void; end(): void; trailer: Promise<void> }) => Promise<void> | void,
  options: { readonly readStdout?: boolean } = {},
): Promise<Run> {
  const child = spawn('perl', [join(import.meta.dirname, 'orphans.pl'), ...argv], { detached: true });
  let [out, err] = ['', ''];
  let seen: () => void = () => undefined;
  const trailer = new Promise<void>((resolve) => (seen = resolve));
  child.stdin.on('error', () => undefined);
  child.stderr.on('data', (chunk: Buffer) => {
    err += chunk.toString();
    err = err.replace('ENDED\n', '');
  });
  if (options.readStdout !== false) {
    child.stdout.on('data', (chunk: Buffer) => {
      out = (out + chunk.toString('latin1')).slice(-10_000);
      if (new RegExp(`\n${nonce} \\d{3}\n$`).test(out)) seen();
    });
  }
  const exited = once(child, 'close');
  await drive({ write: (text) => child.stdin.write(text), end: () => child.stdin.end(), trailer });
  await exited;
  return { out, err };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

describe('the wrapper in the pod', () => {
  const never = 10;

  it('says how the command ended and waits for the acknowledgement', async () => {
    const end = await run(
      readCommand(nonce, 1, ['sh', '-c', 'echo out; echo err >&2; sleep 1.5; exit 5']),
      async (io) => {
        await io.trailer;
        io.write(acknowledge);
      },
    );
    assert.equal(end.out, `out\n\n${nonce} 005\n`);
    assert.equal(end.err, 'err\n\0');
  });

  it('ends at once after the acknowledgement, whatever the heartbeat', async () => {
    const end = await run(readCommand(nonce, 20, ['true']), async (io) => {
      await io.trailer;
      io.write(acknowledge);
    });
    // it would have been heard
    assert.equal(end.err, '');
  });

  it('gives the command exactly its bytes, and their end only when told that they are all', async () => {
    const input = Buffer.alloc(200_001, 'x');
    const end = await run(feedCommand(nonce, never, input.length, ['wc', '-c']), async (io) => {
      io.write(input);
      let early = false;
      void io.trailer.then(() => (early = true));
      await pause(300);
      assert.ok(!early, 'wc saw the end before it was announced');
      io.write(complete);
      await io.trailer;
      io.write(acknowledge);
    });
    assert.match(end.out, /^200001\n/);
  });

  it('never shows the command the end of an input that was cut', async () => {
    const end = await run(feedCommand(nonce, never, 1000, ['sh', '-c', 'cat; echo SAW THE END']), async (io) => {
      io.write('only this');
      await pause(200);
      io.end();
    });
    assert.ok(!end.out.includes('SAW THE END'), end.out);
  });

  it('finds the acknowledgement behind the input of a command that ended first', async () => {
    const end = await run(feedCommand(nonce, never, 9_000_000, ['false']), async (io) => {
      io.write(Buffer.alloc(3_000_000, 'x'));
      await io.trailer;
      io.write(acknowledge);
      await pause(200);
      io.write(acknowledge);
    });
    assert.match(end.out, / 001\n$/);
    assert.equal(end.err, '', 'a heartbeat was waited for');
  });

  const stubborn = ['sh', '-c', 'trap "" TERM INT; while :; do sleep 1; done'];
  // stdout holds this much, and not a byte more
  const fills = ['sh', '-c', 'timeout 0.5 dd if=/dev/zero bs=1 2>/dev/null'];
  for (const [what, argv, readStdout] of [
    ['a silent command', readCommand(nonce, never, ['sleep', '86400']), true],
    ['a command that writes and is not read', readCommand(nonce, never, ['yes']), false],
    ['a command that ignores signals', readCommand(nonce, never, stubborn), true],
    ['a command that writes, is fed and is not read', feedCommand(nonce, never, 0, ['yes']), false],
    ['a trailer that is not read', feedCommand(nonce, never, 0, fills), false],
    ['a command that waits for input', feedCommand(nonce, never, 100, ['cat']), true],
    ['a command that ignores signals and its input', feedCommand(nonce, never, 100, stubborn), true],
  ] as const) {
    // none of them ends by itself: that it is over is the proof
    it(`ends ${what} with the connection, and leaves process 1 no victim`, async () => {
      const end = await run(
        argv,
        async (io) => {
          await pause(1000);
          io.end();
        },
        { readStdout },
      );
      assert.ok(!end.err.includes('ORPHAN'), end.err);
    });
  }

  it('leaves process 1 no victim at an ordinary end either', async () => {
    for (let i = 0; i < 10; i++) {
      const argv = i % 2 === 0 ? readCommand(nonce, 20, ['true']) : feedCommand(nonce, 20, 0, ['true']);
      const end = await run(argv, async (io) => {
        if (i % 2 === 1) io.write(complete);
        await io.trailer;
        io.write(acknowledge);
      });
      assert.equal(end.err, '', 'a helper held it up');
    }
  });
});
