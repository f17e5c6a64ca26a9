import { AppError } from '../../core/base/errors';
import type { Command } from '../command';
import { shellWord } from '../../words/shellCommand';
import { visible } from '../../core/base/visible';

/** Prints what a shell sources to complete the command line. */
export const completion: Command = {
  name: 'completion',
  summary: 'print what makes the Tab key work in bash or zsh',
  more: ['`db-ferry help completion` says where it goes. No cluster is asked when a line is completed.'],
  examples: ['db-ferry completion bash', 'db-ferry completion zsh'],
  operands: [{ name: 'shell', takes: ['text'], words: ['bash', 'zsh'] }],
  options: [],
  async run({ operands, terminal }) {
    const { scripts } = await import('../completion/scripts');
    const [shell = ''] = operands;
    if (shell !== 'bash' && shell !== 'zsh') {
      throw new AppError('usage', { message: `completion takes bash or zsh, not "${shell}".`, command: 'completion' });
    }
    terminal.print(scripts[shell].trimEnd());
    return 0;
  },
};

/** What the scripts ask, about all commands. Never fails: a line that cannot be completed has nothing to go on with. */
export const completeCommand = (commands: () => readonly Command[]): Command => ({
  name: 'complete',
  summary: 'say how a command line can go on',
  examples: ['db-ferry complete "db-ferry back" ""'],
  operands: [
    { name: 'line', takes: ['text'] },
    { name: 'word breaks', takes: ['text'] },
  ],
  options: [],
  hidden: true,
  async run({ operands: [line = '', breaks = ''], terminal }) {
    const { complete } = await import('../completion/complete');
    const { find } = await import('../completion/find');
    const { splitLine } = await import('../completion/splitLine');
    const words = splitLine(line).slice(1);
    const found = await complete(words, commands(), find).catch(() => ({ candidates: [], files: undefined }));
    // what a shell would read as more than this word is not put on anybody's command line
    const plain = found.candidates.filter(({ value }) => shellWord(value) === value);
    const isOpen = plain.length > 0 && plain.every((one) => one.isOpen === true);
    terminal.print(found.files ?? (isOpen ? 'open' : 'closed'));
    const cut = brokenOff(words.at(-1) ?? '', breaks);
    for (const { value, help } of plain) {
      terminal.print([value.slice(cut), ...(help === undefined ? [] : [visible(help)])].join('\t'));
    }
    return 0;
  },
});

/** How much of a word stands before the part that bash replaces: it takes a word to end at a colon and an equals sign. */
function brokenOff(word: string, breaks: string): number {
  return Math.max(...[':', '='].map((one) => (breaks.includes(one) ? word.lastIndexOf(one) : -1))) + 1;
}
