import { hasHidden } from '../core/base/visible';

/** A command to be copied: `words` as they are, then the operands, each as one word of a shell whatever is in it, then the options. Pure. */
export function shellCommand(words: string, operands: readonly string[], options = ''): string {
  const quoted = operands.map(shellWord);
  const tail = options === '' ? [] : [options];
  // what begins with a dash would be read as an option
  const parts = operands.some((one) => one.startsWith('-'))
    ? [words, ...tail, '--', ...quoted]
    : [words, ...quoted, ...tail];
  return parts.join(' ');
}

/** One word of a shell (sh, bash, zsh). What a reader cannot see is written as an escape, which bash and zsh read; to others it is plain text. Pure. */
export function shellWord(text: string): string {
  // a leading `=` is the path of a command to zsh
  if (/^(?!=)[\w@%+=:,./-]+$/.test(text)) return text;
  if (!hasHidden(text)) return `'${text.replaceAll("'", "'\\''")}'`;
  const parts = Array.from(text, (character) =>
    hasHidden(character) ? bytesOf(character) : character.replace(/[\\']/, '\\$&'),
  );
  return `$'${parts.join('')}'`;
}

function bytesOf(character: string): string {
  const bytes = new TextEncoder().encode(character);
  return Array.from(bytes, (byte) => `\\x${byte.toString(16).padStart(2, '0')}`).join('');
}
