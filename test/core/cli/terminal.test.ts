import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { ProgressLine } from '../../../src/cli/progressLine';
import { Terminal } from '../../../src/cli/terminal';
import { hiddenCharacters } from '../visible.test';

interface Streams {
  readonly in: PassThrough & { isTTY?: boolean };
  readonly out: PassThrough & { isTTY?: boolean };
  readonly err: PassThrough & { isTTY?: boolean; columns?: number };
  isDumb?: boolean;
}

function streams(...terminals: readonly ('in' | 'out' | 'err')[]): Streams {
  const all: Streams = { in: new PassThrough(), out: new PassThrough(), err: new PassThrough() };
  for (const name of terminals) all[name].isTTY = true;
  return all;
}

const textOf = (stream: PassThrough): string => String(stream.read() ?? '');

describe('the terminal', () => {
  const evil = `a${hiddenCharacters.filter((one) => one !== '\n' && one !== '\t').join('')}b`;

  it('whatever is printed, by whichever way: nothing in it reaches the terminal but text and line ends', () => {
    const all = streams('in', 'out', 'err');
    const terminal = new Terminal(all, false, false);
    for (const say of ['line', 'print', 'info', 'error', 'live'] as const) terminal[say](`${evil}\n${evil}`);
    const said = textOf(all.out) + textOf(all.err).replaceAll('\r\u001b[2K', '');
    assert.match(said, /a\\x00\\x01/);
    assert.equal(/[^\P{C}\n]/u.test(said), false, JSON.stringify(said));
    new Terminal(all, true, false).event({ type: 'x', [evil]: evil });
    const json = textOf(all.out);
    assert.equal(/[^\P{C}\n]/u.test(json), false);
    assert.deepEqual(JSON.parse(json), { type: 'x', [evil]: evil });
  });

  it('a line is written over where the standard error is a terminal that can do it, wherever the output goes', () => {
    const live = (all: Streams, quiet = false): string => {
      const line = new ProgressLine(new Terminal(all, false, quiet));
      line.show({ type: 'phase', phase: 'dump', time: new Date(0).toISOString() });
      line.show({ type: 'progress', phase: 'dump', bytes: 1, time: new Date(0).toISOString() });
      line.clear();
      assert.equal(textOf(all.out), '');
      return textOf(all.err);
    };
    assert.match(live(streams('in', 'err')), /\r\u001b\[2Kdumping/);
    assert.match(live(streams('err')), /\r\u001b\[2Kdumping/);
    for (const all of [streams('in', 'out'), { ...streams('in', 'out', 'err'), isDumb: true }]) {
      assert.match(live(all), /^[-\d]+ [:\d]+ dumping\n$/);
    }
    assert.equal(live(streams('in', 'out', 'err'), true), '');
  });

  it('a person is asked where they see the question', async () => {
    assert.equal(new Terminal(streams('in', 'err'), false, false).isInteractive, true);
    for (const all of [streams('in', 'out'), streams('out', 'err')]) {
      const terminal = new Terminal(all, false, false);
      assert.equal(terminal.isInteractive, false);
      assert.equal(await terminal.ask('?'), undefined);
    }
  });

  it('what nobody else should see is not shown while it is typed', async () => {
    const all = streams('in', 'out', 'err');
    const asked = new Terminal(all, false, false).askSecret('Passphrase of x: ');
    all.in.write('correct horse\r');
    assert.equal(await asked, 'correct horse');
    assert.equal(textOf(all.err) + textOf(all.out), 'Passphrase of x: \n');
    assert.equal(await new Terminal(streams('out', 'err'), false, false).askSecret('?'), undefined);
  });
});
