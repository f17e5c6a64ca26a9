import path from 'node:path';
import { AppError, toAppError } from '../../core/base/errors';
import { some } from '../../core/base/some';
import { runningText, wordsFor } from '../../words/errorWords';
import { recoveryKit } from '../../words/recoveryKit';
import { safe } from '../../words/format';
import type { Command } from '../command';
import { cliHints } from '../hints';
import { backupNamed, placeOf } from '../named';
import { rootOf } from '../setting';
import type { Terminal } from '../terminal';

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
  changes: () => 'keys init',
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
  changes: () => 'keys add',
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
  changes: () => 'keys remove',
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

/** Opens backups to the recipients of now. */
const rotate: Command = {
  name: 'keys rotate',
  summary: 'open an encrypted backup, or all, to the keys of `keys list` as they are now',
  more: [
    'One more key file is put beside each; archives are not touched. Whoever an earlier key file is for can still open it: a right that somebody had to read is not taken back.',
  ],
  examples: [
    'db-ferry keys rotate 20261123T051500Z-3f9a1c --identity team.key',
    'db-ferry keys rotate all --identity team.key',
  ],
  operands: [{ name: 'backup | all', takes: ['backup'] }],
  options: ['identity'],
  changes: () => 'keys rotate',
  async run(call) {
    const { findSummary, readCatalog } = await import('../../core/catalog/catalog');
    const { recipientsOfBackups } = await import('../../core/encrypt/recipients');
    const { rotateKey } = await import('../../core/catalog/rotateKey');
    const { terminal, operands } = call;
    const [named = ''] = operands;
    const root = await rootOf(call);
    const recipients = await recipientsOfBackups();
    const all =
      named === 'all'
        ? (await readCatalog(root)).entries.filter(({ manifest }) => manifest.encryption)
        : [await findSummary(root, await backupNamed(call, named))];
    let failed = 0;
    for (const backup of all) {
      try {
        const keyFile = await rotateKey(backup, recipients);
        terminal.event({ type: 'rotated', backup: backup.id, keyFile, recipients });
        terminal.line(`${backup.id}: ${keyFile}, for ${some(recipients.length, 'key')}`);
      } catch (error) {
        // one alone: its error is the answer
        if (named !== 'all') throw error;
        failed += 1;
        notOpened(terminal, backup.id, toAppError(error));
      }
    }
    return ended(terminal, { rotated: all.length - failed, failed });
  },
};

/** Shows that a key opens what it should. */
const test: Command = {
  name: 'keys test',
  summary: 'open the newest encrypted backup of every database with an identity, and file that it did',
  more: [
    'Opened are the key, the list of contents and both ends of the archive, with this identity and no other; `db-ferry verify` reads all of it. That it opened is put beside the backup, signed.',
  ],
  examples: ['db-ferry keys test /media/stick/recovery.key'],
  operands: [{ name: 'identity file', takes: ['file'] }],
  options: [],
  async run(call) {
    const { readCatalog } = await import('../../core/catalog/catalog');
    const { readIdentities } = await import('../../core/encrypt/identity');
    const { newestEncrypted, testKey } = await import('../../core/catalog/testKey');
    const { terminal, operands } = call;
    const file = path.resolve(operands[0] ?? '');
    const identities = await readIdentities(file, (asked) => terminal.askSecret(`Passphrase of ${asked}: `));
    const newest = newestEncrypted((await readCatalog(await rootOf(call))).entries);
    let failed = 0;
    for (const one of newest) {
      const tested = await testKey(one, identities);
      const place = placeOf(one);
      if (!tested.opened) {
        failed += 1;
        notOpened(terminal, one.id, tested.error, place);
        continue;
      }
      const { keyFile, recorded } = tested;
      terminal.event({ type: 'opened', backup: one.id, place, keyFile, recorded });
      terminal.line(safe(`${one.id} of ${place}: opened by ${keyFile}${recorded ? '' : ' (could not be filed)'}`));
    }
    if (newest.length === 0) terminal.info('There is no encrypted backup here: nothing was tested.');
    return ended(terminal, { opened: newest.length - failed, failed });
  },
};

function notOpened(terminal: Terminal, backup: string, error: AppError, place?: string): void {
  terminal.event({
    type: 'notOpened',
    backup,
    ...(place === undefined ? {} : { place }),
    error: { code: error.code, data: error.data },
  });
  terminal.error(safe(`${backup}: not opened: ${runningText(wordsFor(error.code, error.data, cliHints))}`));
}

/** What was not opened is a failure, however much was. */
function ended(terminal: Terminal, data: { readonly failed: number; readonly [fact: string]: unknown }): number {
  const [outcome, exitCode] = data.failed > 0 ? (['failed', 1] as const) : (['done', 0] as const);
  terminal.event({ type: 'result', outcome, exitCode, data });
  return exitCode;
}

/** Whom backups are encrypted for, and what opens them. */
export const encryptionKeys: readonly Command[] = [init, add, remove, kit, test, rotate];
