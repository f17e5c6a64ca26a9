import path from 'node:path';
import { AppError } from '../../core/base/errors';
import { recoveryKit } from '../../words/recoveryKit';
import { safe } from '../../words/format';
import type { Command } from '../command';
import { rootOf } from '../setting';

/** Makes a recovery key. */
const init: Command = {
  name: 'keys init',
  summary: 'make a recovery key, shown once: what is encrypted from then on can be opened with it',
  more: [
    'The page that is written holds the secret, where it belongs, and how a database comes back without DB Ferry. Nothing secret stays here: only the public half is remembered. Without a file it is shown on the terminal.',
  ],
  examples: ['db-ferry keys init /media/stick/recovery.key', 'db-ferry keys init'],
  operands: [{ name: 'file', takes: ['file'], optional: true }],
  options: [],
  async run(call) {
    const { operands, terminal } = call;
    const [named] = operands;
    const { makeIdentity } = await import('../../core/encrypt/identity');
    const { addRecipient } = await import('../../core/encrypt/recipients');
    const { opens, recipient } = await makeIdentity();
    const date = new Date().toISOString().slice(0, 10);
    const page = recoveryKit({ identity: opens, recipient, date });
    const file = named === undefined ? undefined : path.resolve(named);
    if (file === undefined) {
      if (!terminal.isInteractive) {
        const message = 'keys init shows a secret, and nobody is there to see it. Name a file that it is written to.';
        throw new AppError('usage', { message, command: 'keys init' });
      }
      terminal.line(page);
      const kept = await terminal.confirm('Type kept when it is where it belongs, nothing to forget it: ', 'kept');
      if (!kept) throw new AppError('cancelled');
    } else {
      const { writeSecret } = await import('../../core/encrypt/writeSecret');
      await writeSecret(file, page, { root: await rootOf(call) });
    }
    await addRecipient({ key: recipient, role: 'recovery', name: `recovery key of ${date}` });
    terminal.event({
      type: 'result',
      outcome: 'done',
      exitCode: 0,
      data: { recipient, ...(file === undefined ? {} : { file }) },
    });
    terminal.line(`Backups with --encrypt can be opened with the recovery key from now on: ${recipient}`);
    if (file !== undefined) {
      terminal.info(
        `${safe(file)} holds the secret and says where it belongs. Print it, put it there, and remove the file.`,
      );
    }
    return 0;
  },
};

/** Adds somebody to encrypt for. */
const add: Command = {
  name: 'keys add',
  summary: 'encrypt backups to come for this public key, too',
  examples: ['db-ferry keys add age1… team', 'db-ferry keys add age1… "safe in Zurich" --recovery'],
  operands: [
    { name: 'recipient', takes: ['text'] },
    { name: 'name', takes: ['text'], optional: true },
  ],
  options: ['recovery'],
  async run({ operands: [key = '', name = ''], options, terminal }) {
    const { addRecipient } = await import('../../core/encrypt/recipients');
    const role = options.recovery === true ? 'recovery' : 'team';
    await addRecipient({ key, role, name });
    terminal.line(`Backups with --encrypt are for ${key}, too, from now on.`);
    terminal.info('Backups that are there stay as they are; `db-ferry keys rotate` opens them to it.');
    terminal.event({ type: 'result', outcome: 'done', exitCode: 0, data: { recipient: key, role } });
    return 0;
  },
};

/** Leaves somebody out from now on. */
const remove: Command = {
  name: 'keys remove',
  summary: 'encrypt backups to come no longer for this public key',
  examples: ['db-ferry keys remove team', 'db-ferry keys remove age1…'],
  operands: [{ name: 'recipient or name', takes: ['text'] }],
  options: [],
  async run({ operands: [named = ''], terminal }) {
    const { removeRecipient } = await import('../../core/encrypt/recipients');
    const { key, role } = await removeRecipient(named);
    terminal.line(`Backups to come are no longer for ${key}.`);
    terminal.info(
      'What it could open, it still opens: a key that somebody had cannot be taken back from what they could read.',
    );
    terminal.event({ type: 'result', outcome: 'done', exitCode: 0, data: { recipient: key, role } });
    return 0;
  },
};

/** The page of a recovery key once more. */
const kit: Command = {
  name: 'keys kit',
  summary: 'print the page of a recovery key: the key, where it belongs, how a database comes back',
  more: ['It holds the secret, so it is not part of any JSON: send it to a printer.'],
  examples: ['db-ferry keys kit recovery.key'],
  operands: [{ name: 'identity file', takes: ['file'] }],
  options: [],
  async run({ operands: [file = ''], terminal }) {
    if (terminal.json) {
      throw new AppError('usage', { message: 'keys kit prints a secret, and that is no event.', command: 'keys kit' });
    }
    const { readIdentities } = await import('../../core/encrypt/identity');
    const [identity] = await readIdentities(path.resolve(file), (asked) =>
      terminal.askSecret(`Passphrase of ${asked}: `),
    );
    if (!identity) throw new AppError('identity.unusable', { file, reason: 'none' });
    const { opens, recipient } = identity;
    terminal.print(recoveryKit({ identity: opens, recipient, date: new Date().toISOString().slice(0, 10) }).trimEnd());
    return 0;
  },
};

/** Whom backups are encrypted for. */
export const encryptionKeys: readonly Command[] = [init, add, remove, kit];
