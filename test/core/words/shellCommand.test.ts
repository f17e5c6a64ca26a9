import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { cliHints } from '../../../src/cli/hints';
import { parseArguments } from '../../../src/cli/arguments';
import { commands } from '../../../src/cli/commands/commands';
import { hasHidden } from '../../../src/core/visible';
import { shellCommand, shellWord } from '../../../src/words/shellCommand';

/** What a shell makes of a command line: its words. */
function wordsIn(shell: string, line: string): string[] {
  const script = `print() { for w in "$@"; do printf '%s\\0' "$w"; done; }\n${line}`;
  return execFileSync(shell, ['-c', script], { encoding: 'utf8' }).split('\0').slice(0, -1);
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
      assert.deepEqual(wordsIn(shell, `print ${texts.map(shellWord).join(' ')}`), texts);
    }
  });

  it('of any text', () => {
    const texts = fc.array(
      fc.string({ unit: 'grapheme' }).filter((text) => !text.includes('\0')),
      { maxLength: 400 },
    );
    fc.assert(
      fc.property(texts, (all) => assert.deepEqual(wordsIn('bash', `print ${all.map(shellWord).join(' ')}`), all)),
      { numRuns: 5 },
    );
  });

  it('plain names stay plain', () => {
    assert.equal(shellCommand('db-ferry undo', ['a/b-0/c:1@x/d_e']), 'db-ferry undo a/b-0/c:1@x/d_e');
  });

  it('no hint of the command line runs a part of a name, and the command line reads what was meant', () => {
    for (const text of nasty.filter((one) => one !== '')) {
      const all = [
        cliHints.undo(text),
        cliHints.release(text),
        cliHints.cleanUp(text),
        cliHints.cancel(text),
        cliHints.forget(text),
        cliHints.putBack(text, text),
      ];
      for (const hint of all) {
        assert.equal(hint.startsWith('`db-ferry ') && hint.endsWith('`'), true);
        const [, ...argv] = wordsIn('bash', `print ${hint.slice(1, -1)}`);
        const { operands } = parseArguments(argv, commands);
        assert.deepEqual([...new Set(operands)], [text], hint);
      }
    }
  });
});
