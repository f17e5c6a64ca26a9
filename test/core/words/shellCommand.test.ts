import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { cliHints } from '../../../src/cli/hints';
import { parseArguments } from '../../../src/cli/arguments';
import { commands } from '../../../src/cli/commands/commands';
import { hasHidden } from '../../../src/core/base/visible';
import { shellCommand, shellWord } from '../../../src/words/shellCommand';

/** What a shell makes of the operands of command lines: their words. One shell for all of them. */
function wordsOf(shell: string, lines: readonly string[]): string[][] {
  const print = `print() { for w in "$@"; do printf '%s\\0' "$w"; done; printf '\\001'; }`;
  const script = [print, ...lines.map((line) => `print ${line}`)].join('\n');
  const printed = execFileSync(shell, ['-c', script], { encoding: 'utf8' }).split('\u0001').slice(0, -1);
  return printed.map((words) => words.split('\0').slice(0, -1));
}

const nasty = [
  'shop',
  '',
  '-rf',
  '--json',
  'a b',
  "it's",
  '$(touch x)',
  '`id`',
  '$HOME',
  'a;b|c&d>e<f',
  '~',
  '=ls',
  '*?[a]{b,c}',
  '!!',
  '\\',
  '"',
  '#x',
  'a\nid',
  "a\n'b\\",
  'x\u001b[2J0',
  'x\u202etxt.exe',
  'größe',
];

describe('commands offered for copying', () => {
  it('a shell reads each operand as the one word it is, and a reader sees all of it', () => {
    for (const shell of ['bash', 'sh']) {
      // an escape for what cannot be seen is known to bash (and zsh); a plain sh gets plain text
      const texts = nasty.filter((text) => shell === 'bash' || !hasHidden(text));
      for (const text of texts) assert.equal(hasHidden(shellWord(text)), false, text);
      assert.deepEqual(wordsOf(shell, [texts.map(shellWord).join(' ')]), [texts]);
    }
  });

  it('of any text', () => {
    const text = fc.string({ unit: 'grapheme' }).filter((one) => !/[\0\u0001]/.test(one));
    fc.assert(
      fc.property(fc.array(text, { maxLength: 400 }), (all) =>
        assert.deepEqual(wordsOf('bash', [all.map(shellWord).join(' ')]), [all]),
      ),
      { numRuns: 5 },
    );
  });

  it('plain names stay plain', () => {
    assert.equal(shellCommand('db-ferry undo', ['a/b-0/c:1@x/d_e']), 'db-ferry undo a/b-0/c:1@x/d_e');
  });

  it('no hint of the command line runs a part of a name, and the command line reads what was meant', () => {
    const asked = nasty.filter((one) => one !== '').flatMap((text) => hintsOf(text).map((hint) => ({ text, hint })));
    for (const { hint } of asked) assert.equal(hint.startsWith('`db-ferry ') && hint.endsWith('`'), true, hint);
    const read = wordsOf(
      'bash',
      asked.map(({ hint }) => hint.slice(1, -1)),
    );
    for (const [at, [, ...argv]] of read.entries()) {
      const { operands } = parseArguments(argv, commands);
      assert.deepEqual([...new Set(operands)], [asked[at]?.text], asked[at]?.hint);
    }
    assert.equal(read.length, asked.length);
  });

  function hintsOf(text: string): string[] {
    return [
      cliHints.undo(text),
      cliHints.release(text),
      cliHints.cleanUp(text),
      cliHints.cancel(text),
      cliHints.forget(text),
      cliHints.putBack(text, text),
    ];
  }
});
