import type { ErrorData } from '../../core/base/errors';
import { shown, text, texts } from '../shown';
import type { ErrorTable } from './errorTable';
import { t } from '../language';

const damageReasons = (): Readonly<Record<string, string>> => ({
  notAge: t`It is no age file, or its beginning is gone.`,
  armor: t`It is armored as text, and not as it should be; \`age -d\` reads such files.`,
  header: t`Its header is not whole, or was changed.`,
  mac: t`Its header was changed.`,
  cut: t`It was cut there: the chunk has others behind it, which are gone.`,
  more: t`Something was put behind its end.`,
  emptyLast: t`Its last chunk is empty, which none is.`,
  changed: t`This chunk was changed.`,
  changedOrCut: t`Its last chunk was changed, or cut in the middle.`,
  noKey: t`It opens, and what is in it is no key.`,
  foreignKey: t`It opens, and holds the key of another backup.`,
});

const identityReasons = (): Readonly<Record<string, string>> => ({
  none: t`It holds no identity.`,
  form: t`That is no identity: one begins with AGE-SECRET-KEY-1.`,
  plugin: t`It is one of a plugin, which only age itself runs.`,
  ssh: t`It is a key of SSH, which only age itself takes.`,
  recipient: t`That is a public key: it encrypts, and opens nothing.`,
  noPassphrase: t`It is encrypted with a passphrase, and nobody gave it.`,
  wrongPassphrase: t`It is encrypted with another passphrase.`,
  encryptedFor: t`It is encrypted for somebody else, not with a passphrase.`,
});

const secretPlaces = (): Readonly<Record<string, string>> => ({
  backups: t`Backups are there: whoever finds them would find the key beside them.`,
  state: t`The keys of this workspace are there; it makes backups, and is not to read them.`,
  workTree: t`It is in a git work tree, where it could be committed.`,
  there: t`A file is there already.`,
  folder: t`There is no such folder.`,
});

const recipientReasons = (): Readonly<Record<string, string>> => ({
  none: t`There is none.`,
  form: t`It is no public key of age, or a letter of it is wrong.`,
  ssh: t`It is a key of SSH, which only age itself takes.`,
  plugin: t`It is one of a plugin, which only age itself runs.`,
  secret: t`It is a secret key, and now stands in the history of this terminal: make another one.`,
  mixed: t`Some withstand quantum computers (age1pq…) and others do not: then none of it does.`,
});

/** Words for the errors of encrypted backups, identities and recipients. */
export const encryptionErrors = {
  'encrypted.damaged': (data) => ({
    what: t`${shown(data, 'name')} cannot be decrypted${data['chunk'] === undefined ? '' : t`, from byte ${shown(data, 'offset')} on (chunk ${shown(data, 'chunk')})`}.`,
    why: damageWords(data),
    todo: t`Nothing behind that place is given out. Take the file from where it was copied from, or another backup.`,
  }),
  'encrypted.noIdentity': (data, hints) => ({
    what: t`The backup ${shown(data, 'backup')} is encrypted, and no identity was named that could open it.`,
    why: t`This place can make encrypted backups, and reads them only with a key that is not kept here.`,
    todo: t`Name the identity it is for: ${hints.identity()}.`,
  }),
  'encrypted.locked': (data, hints) => ({
    what: t`${shown(data, 'name')} is encrypted, and none of your keys opens it.`,
    why: lockWords(data),
    todo:
      text(data, 'reason') === 'work'
        ? t`Encrypt the identity with a smaller work factor, or open it with age and name the file that it gives.`
        : t`Name the identity that it is for: ${hints.identity()}.`,
  }),
  'identity.unusable': (data, hints) => ({
    what: t`The identity file ${shown(data, 'file')} cannot be used${data['line'] === undefined ? '' : t` (line ${shown(data, 'line')})`}.`,
    why: identityReasons()[text(data, 'reason') ?? ''] ?? shown(data, 'reason'),
    todo: t`Name another one: ${hints.identity()}.`,
  }),
  'recipient.invalid': (data) => ({
    what:
      data['recipient'] === undefined
        ? t`That is nobody to encrypt for.`
        : t`${shown(data, 'recipient')} is nobody to encrypt for.`,
    why: recipientReasons()[text(data, 'reason') ?? ''] ?? shown(data, 'reason'),
    todo: t`A recipient is a public key that begins with age1: \`age-keygen -y <identity file>\` shows that of an identity.`,
  }),
  'recipient.unknown': (data, hints) => ({
    what: t`Backups are not encrypted for ${shown(data, 'named')}, or more than one key has that name.`,
    todo: t`To see for whom: ${hints.listKeys()}.`,
  }),
  'recovery.missing': (_data, hints) => ({
    what: t`Nothing is encrypted before there is a recovery key.`,
    why: t`Without one a lost key would be the end of all backups that were encrypted for it.`,
    todo: t`Make one: ${hints.makeRecoveryKey()}. Or add the public half of one that you have.`,
  }),
  'recovery.last': (_data, hints) => ({
    what: t`It is the only recovery key, and stays.`,
    why: t`Without one a lost key would be the end of all backups that are encrypted from then on.`,
    todo: t`Make another one first: ${hints.makeRecoveryKey()}.`,
  }),
  'secret.place': (data) => ({
    what: t`The secret is not written to ${shown(data, 'file')}.`,
    why: secretPlaces()[text(data, 'reason') ?? ''] ?? shown(data, 'reason'),
    todo: t`Name another file, best on a medium that leaves this machine. Nothing was made.`,
  }),
} satisfies ErrorTable;

function damageWords(data: ErrorData['encrypted.damaged']): string {
  const reason = text(data, 'reason') ?? '';
  if (reason === 'order') return t`Chunk ${shown(data, 'is')} stands there: chunks were swapped, doubled or dropped.`;
  return damageReasons()[reason] ?? reason;
}

function lockWords(data: ErrorData['encrypted.locked']): string {
  const reason = text(data, 'reason');
  if (reason === 'passphrase') return t`It is encrypted with a passphrase, and this is not it.`;
  if (reason === 'work')
    return t`Its work factor is ${shown(data, 'work')}, and ${shown(data, 'most')} is the most that is tried.`;
  const kinds = texts(data, 'kinds').filter((kind) => kind !== 'X25519' && kind !== 'mlkem768x25519');
  const odd = kinds.length === 0 ? '' : t` It is also for ${kinds.join(', ')}, which only age itself opens.`;
  return t`It is for somebody else, or what it has for you was changed.${odd}`;
}
