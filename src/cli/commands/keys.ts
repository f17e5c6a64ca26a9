import { safe } from '../../words/format';
import type { Command } from '../command';
import { table } from '../table';
import { encryptionKeys } from './encryptionKeys';

/** The key of this workspace. */
const show: Command = {
  name: 'keys show',
  summary: 'show the key that signs what this workspace makes',
  examples: ['db-ferry keys show'],
  operands: [],
  options: [],
  async run({ terminal }) {
    const { pemOf, signingKey } = await import('../../core/state/keys');
    const own = await signingKey();
    const pem = pemOf(own.key);
    terminal.line(own.key);
    terminal.line();
    terminal.line(pem.trimEnd());
    terminal.event({ type: 'result', outcome: 'done', exitCode: 0, data: { key: own.key, pem } });
    return 0;
  },
};

/** Whose signatures count, and whom backups are encrypted for. */
const list: Command = {
  name: 'keys list',
  summary: 'list the keys whose signatures count as yours, and those that backups are encrypted for',
  examples: ['db-ferry keys list'],
  operands: [],
  options: [],
  async run({ terminal }) {
    const { keyRing, pemOf } = await import('../../core/state/keys');
    const { readRecipients } = await import('../../core/encrypt/recipients');
    const { own, trusted } = await keyRing();
    const all = [...(own === undefined ? [] : [{ key: own, name: 'this workspace' }]), ...trusted];
    const recipients = await readRecipients();
    for (const one of all) terminal.event({ type: 'key', ...one, pem: pemOf(one.key) });
    for (const one of recipients) terminal.event({ type: 'recipient', ...one });
    const rows = all.map((one) => [one.key, safe(one.name)]);
    if (all.length === 0) terminal.info('No keys yet: one is made with the first backup.');
    else terminal.line(table(['KEY', 'WHOSE'], rows));
    if (recipients.length > 0) {
      terminal.line();
      const encrypted = recipients.map(({ key, role, name }) => [short(key), role, safe(name)]);
      terminal.line(table(['ENCRYPTED FOR', 'ROLE', 'NAME'], encrypted));
    }
    const data = { keys: all.length, recipients: recipients.length };
    terminal.event({ type: 'result', outcome: 'done', exitCode: 0, data });
    return 0;
  },
};

/** One that withstands quantum computers has two thousand letters. */
function short(key: string): string {
  return key.length > 100 ? `${key.slice(0, 40)}…${key.slice(-8)}` : key;
}

/** Makes another's signatures count. */
const trust: Command = {
  name: 'keys trust',
  summary: "count another's signatures as yours, here and from now on",
  examples: ['db-ferry keys trust ed25519:MCow…= the-night-job'],
  operands: [
    { name: 'public key', takes: ['text'] },
    { name: 'name', takes: ['text'], optional: true },
  ],
  options: [],
  changes: () => 'keys trust',
  async run({ operands: [key = '', name = ''], terminal }) {
    const { trustKey } = await import('../../core/state/keys');
    await trustKey(key, name);
    terminal.line(`What ${key} signed counts as yours here from now on.`);
    terminal.event({ type: 'result', outcome: 'done', exitCode: 0, data: { key } });
    return 0;
  },
};

/** The keys that sign, that are trusted, and that open what is encrypted. */
export const keys: readonly Command[] = [show, list, trust, ...encryptionKeys];
