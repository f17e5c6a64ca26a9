import type { ErrorData } from '../../core/base/errors';
import { shown, text, texts } from '../shown';
import type { ErrorTable } from './errorTable';

const damageReasons: Readonly<Record<string, string>> = {
  notAge: 'It is no age file, or its beginning is gone.',
  armor: 'It is armored as text, and not as it should be; `age -d` reads such files.',
  header: 'Its header is not whole, or was changed.',
  mac: 'Its header was changed.',
  cut: 'It was cut there: the chunk has others behind it, which are gone.',
  more: 'Something was put behind its end.',
  emptyLast: 'Its last chunk is empty, which none is.',
  changed: 'This chunk was changed.',
  changedOrCut: 'Its last chunk was changed, or cut in the middle.',
  noKey: 'It opens, and what is in it is no key.',
  foreignKey: 'It opens, and holds the key of another backup.',
};

const identityReasons: Readonly<Record<string, string>> = {
  none: 'It holds no identity.',
  form: 'That is no identity: one begins with AGE-SECRET-KEY-1.',
  plugin: 'It is one of a plugin, which only age itself runs.',
  ssh: 'It is a key of SSH, which only age itself takes.',
  recipient: 'That is a public key: it encrypts, and opens nothing.',
  noPassphrase: 'It is encrypted with a passphrase, and nobody gave it.',
  wrongPassphrase: 'It is encrypted with another passphrase.',
  encryptedFor: 'It is encrypted for somebody else, not with a passphrase.',
};

const secretPlaces: Readonly<Record<string, string>> = {
  backups: 'Backups are there: whoever finds them would find the key beside them.',
  state: 'The keys of this workspace are there; it makes backups, and is not to read them.',
  workTree: 'It is in a git work tree, where it could be committed.',
  there: 'A file is there already.',
  folder: 'There is no such folder.',
};

const recipientReasons: Readonly<Record<string, string>> = {
  none: 'There is none.',
  form: 'It is no public key of age, or a letter of it is wrong.',
  ssh: 'It is a key of SSH, which only age itself takes.',
  plugin: 'It is one of a plugin, which only age itself runs.',
  secret: 'It is a secret key, and now stands in the history of this terminal: make another one.',
  mixed: 'Some withstand quantum computers (age1pq…) and others do not: then none of it does.',
};

/** Words for the errors of encrypted backups, identities and recipients. */
export const encryptionErrors = {
  'encrypted.damaged': (data) => ({
    what: `${shown(data, 'name')} cannot be decrypted${data['chunk'] === undefined ? '' : `, from byte ${shown(data, 'offset')} on (chunk ${shown(data, 'chunk')})`}.`,
    why: damageWords(data),
    todo: 'Nothing behind that place is given out. Take the file from where it was copied from, or another backup.',
  }),
  'encrypted.noIdentity': (data, hints) => ({
    what: `The backup ${shown(data, 'backup')} is encrypted, and no identity was named that could open it.`,
    why: 'This place can make encrypted backups, and reads them only with a key that is not kept here.',
    todo: `Name the identity it is for: ${hints.identity()}.`,
  }),
  'encrypted.locked': (data, hints) => ({
    what: `${shown(data, 'name')} is encrypted, and none of your keys opens it.`,
    why: lockWords(data),
    todo:
      text(data, 'reason') === 'work'
        ? 'Encrypt the identity with a smaller work factor, or open it with age and name the file that it gives.'
        : `Name the identity that it is for: ${hints.identity()}.`,
  }),
  'identity.unusable': (data, hints) => ({
    what: `The identity file ${shown(data, 'file')} cannot be used${data['line'] === undefined ? '' : ` (line ${shown(data, 'line')})`}.`,
    why: identityReasons[text(data, 'reason') ?? ''] ?? shown(data, 'reason'),
    todo: `Name another one: ${hints.identity()}.`,
  }),
  'recipient.invalid': (data) => ({
    what:
      data['recipient'] === undefined
        ? 'That is nobody to encrypt for.'
        : `${shown(data, 'recipient')} is nobody to encrypt for.`,
    why: recipientReasons[text(data, 'reason') ?? ''] ?? shown(data, 'reason'),
    todo: 'A recipient is a public key that begins with age1: `age-keygen -y <identity file>` shows that of an identity.',
  }),
  'recipient.unknown': (data, hints) => ({
    what: `Backups are not encrypted for ${shown(data, 'named')}, or more than one key has that name.`,
    todo: `To see for whom: ${hints.listKeys()}.`,
  }),
  'recovery.missing': (_data, hints) => ({
    what: 'Nothing is encrypted before there is a recovery key.',
    why: 'Without one a lost key would be the end of all backups that were encrypted for it.',
    todo: `Make one: ${hints.makeRecoveryKey()}. Or add the public half of one that you have.`,
  }),
  'recovery.last': (_data, hints) => ({
    what: 'It is the only recovery key, and stays.',
    why: 'Without one a lost key would be the end of all backups that are encrypted from then on.',
    todo: `Make another one first: ${hints.makeRecoveryKey()}.`,
  }),
  'secret.place': (data) => ({
    what: `The secret is not written to ${shown(data, 'file')}.`,
    why: secretPlaces[text(data, 'reason') ?? ''] ?? shown(data, 'reason'),
    todo: 'Name another file, best on a medium that leaves this machine. Nothing was made.',
  }),
} satisfies ErrorTable;

function damageWords(data: ErrorData['encrypted.damaged']): string {
  const reason = text(data, 'reason') ?? '';
  if (reason === 'order') return `Chunk ${shown(data, 'is')} stands there: chunks were swapped, doubled or dropped.`;
  return damageReasons[reason] ?? reason;
}

function lockWords(data: ErrorData['encrypted.locked']): string {
  const reason = text(data, 'reason');
  if (reason === 'passphrase') return 'It is encrypted with a passphrase, and this is not it.';
  if (reason === 'work')
    return `Its work factor is ${shown(data, 'work')}, and ${shown(data, 'most')} is the most that is tried.`;
  const kinds = texts(data, 'kinds').filter((kind) => kind !== 'X25519' && kind !== 'mlkem768x25519');
  const odd = kinds.length === 0 ? '' : ` It is also for ${kinds.join(', ')}, which only age itself opens.`;
  return `It is for somebody else, or what it has for you was changed.${odd}`;
}
