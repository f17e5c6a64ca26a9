import { AppError } from '../../core/base/errors';
import { safe } from '../../words/format';
import type { Command } from '../command';

/** Names places in which a database is changed only when it was confirmed by its name. */
export const protect: Command = {
  name: 'protect',
  summary:
    'protect a cluster or a namespace: what is there is replaced, put back or dropped only when it is confirmed by its name',
  more: [
    'With --encrypt it is about backups of what is there: each is encrypted, whoever asks for it and however, or not made.',
    'Without an operand the protected places are listed, those of the settings of the editor too. * stands for any text. In a protected place --yes alone is refused: --confirm <database> names what is meant.',
  ],
  examples: [
    'db-ferry protect prod',
    'db-ferry protect "prod-*/shop"',
    'db-ferry protect prod --encrypt',
    'db-ferry protect',
  ],
  operands: [{ name: 'cluster[/namespace]', takes: ['place'], optional: true }],
  options: ['encrypt'],
  changes: ({ operands }) => (operands.length === 0 ? undefined : 'protect'),
  async run({ operands: [place], options, terminal }) {
    const { readProtected, writeProtected } = await import('../../core/policy/protectedList');
    const own = await readProtected('own');
    const encrypted = await readProtected('encrypt');
    if (place !== undefined) {
      const entry = entryOf(place);
      const isEncrypted = options.encrypt === true;
      if (isEncrypted) await writeProtected('encrypt', [...encrypted, entry]);
      else await writeProtected('own', [...own, entry]);
      const data = isEncrypted ? { encrypted: entry } : { protected: entry };
      terminal.event({ type: 'result', outcome: 'done', exitCode: 0, data });
      terminal.line(isEncrypted ? `Encrypted or not made: backups of ${safe(entry)}.` : `Protected: ${safe(entry)}.`);
      return 0;
    }
    const all = [
      ...own.map((entry) => ({ entry, by: 'db-ferry protect' })),
      ...(await readProtected('editor')).map((entry) => ({ entry, by: 'the settings of the editor' })),
    ];
    for (const one of all) terminal.event({ type: 'protected', ...one });
    for (const entry of encrypted) terminal.event({ type: 'encrypted', entry });
    const data = { protected: all.length, encrypted: encrypted.length };
    terminal.event({ type: 'result', outcome: 'done', exitCode: 0, data });
    for (const { entry, by } of all) terminal.line(safe(`${entry}  (${by})`));
    for (const entry of encrypted) terminal.line(safe(`${entry}  (backups are encrypted or not made)`));
    if (all.length === 0) terminal.info('No place is protected.');
    return 0;
  },
};

/** Takes that back. */
export const unprotect: Command = {
  name: 'unprotect',
  summary: 'take the protection of a place back',
  more: ['Only what protect named is taken back; what the settings of the editor protect stays.'],
  examples: [
    'db-ferry unprotect prod',
    'db-ferry unprotect "prod-*/shop" --yes',
    'db-ferry unprotect prod --encrypt --yes',
  ],
  operands: [{ name: 'cluster[/namespace]', takes: ['place'] }],
  options: ['yes', 'encrypt'],
  changes: () => 'unprotect',
  async run({ operands: [place = ''], options, terminal }) {
    const { readProtected, writeProtected } = await import('../../core/policy/protectedList');
    const entry = entryOf(place);
    const list = options.encrypt === true ? 'encrypt' : 'own';
    const own = await readProtected(list);
    if (!own.includes(entry)) {
      const message = `${entry} is not among the places that protect named: ${own.join(', ') || 'there are none'}.`;
      throw new AppError('usage', { message, command: 'unprotect' });
    }
    if (options.yes !== true) {
      if (!terminal.isInteractive) {
        const message = `Taking the protection of ${entry} back has to be confirmed, and nobody is there to be asked. A script says --yes.`;
        throw new AppError('usage', { message, command: 'unprotect' });
      }
      const typed = await terminal.confirm(`Type ${safe(entry)} to go on, nothing to leave it: `, entry);
      if (!typed) throw new AppError('cancelled');
    }
    await writeProtected(
      list,
      own.filter((one) => one !== entry),
    );
    terminal.event({ type: 'result', outcome: 'done', exitCode: 0, data: { unprotected: entry } });
    terminal.line(`No longer protected: ${safe(entry)}.`);
    return 0;
  },
};

/** `prod` is all of it. */
function entryOf(place: string): string {
  const name = place.replace(/\/$/, '');
  return name.includes('/') ? name : `${name}/*`;
}
