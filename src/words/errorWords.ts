import type { AppError, ErrorCode } from '../core/base/errors';
import { uncertainPhases } from '../core/job/record/readJob';
import type { Phase } from '../core/base/progress';
import { visible } from '../core/base/visible';
import { safe, size } from './format';
import { keptLine, type KeptFacts } from './keptWords';
import { cures, refusalLines } from './causeWords';
import { heldBy } from './heldBy';
import { ruleWords } from './usageWords';
import { neededRights } from './neededRule';
import { phaseWords } from './progressWords';
import type { Hints } from './hints';
import { maskErrors, maskFindings } from './maskWords';
import { detail, shown, text, texts, type Data } from './shown';
import { storeReasons } from './storeWords';
import type { StoreTrouble } from '../core/store/s3/s3Errors';

/** What a person is told about a failure: what failed, why, and what to do. */
export interface Words {
  readonly what: string;
  readonly why?: string;
  readonly todo?: string;
}

/** Words for an error of the core, with what to do in this host. */
export function wordsFor(code: string, data: Data, hints: Hints): Words {
  const words = errorWords[code as ErrorCode] as ErrorWords | undefined;
  return words?.(data, hints) ?? { what: `Failed: ${code}.`, why: detail(data).slice(2) };
}

/** The words as lines; what has several itself is set in, so that none of them looks like one of ours. */
export function sentences({ what, why, todo }: Words): string {
  return [what, why, todo]
    .flatMap((part = '') => (part === '' ? [] : [part.trimEnd().replaceAll('\n', '\n  ')]))
    .join('\n');
}

/** The words as running text; a server's message may have no full stop. */
export function runningText({ what, why, todo }: Words): string {
  return [what, why, todo]
    .map((part = '') => part.trim().replaceAll(/\s+/g, ' '))
    .filter((part) => part !== '')
    .map((part) => (/[.!?:]$/.test(part) ? part : `${part}.`))
    .join(' ');
}

/** What claims to be kept, a line each: whose it is, how large, since when. */
function claims(data: Data): string[] {
  const { databases } = data;
  if (!Array.isArray(databases)) return [];
  return (databases as readonly KeptFacts[]).map((one) => safe(keptLine(one)));
}

function firstClaim(data: Data): string | undefined {
  const { databases } = data;
  return Array.isArray(databases) ? (databases as readonly KeptFacts[])[0]?.name : undefined;
}

type ErrorWords = (data: Data, hints: Hints) => Words;

/** Where it is put right what one of them says. */
const placeOf: Readonly<Record<string, string>> = {
  pg_dump: 'the database that is backed up, or in its pod',
  pg_restore: 'the target, its server or its pod',
};

const incomplete = 'Nothing of it counts as done.';
const nothingChanged = 'The target is unchanged.';

/** What ran with all rights may have done more than what was undone. */
function unchanged(data: Data): string {
  if (data['ranAs'] !== 'superuser') return nothingChanged;
  return 'The database is as it was. The archive, for which nobody vouches, ran with the rights of a superuser: what else it did on the server is not known.';
}

function forbidden(data: Data): Words {
  const { missing } = data;
  const verbs = Array.isArray(missing) && missing.length > 0 ? missing.join(' and ') : shown(data, 'verb');
  const place = data['namespace'] === undefined ? '' : ` in ${shown(data, 'namespace')}`;
  const rights = neededRights.map(({ verbs: all, resource }) => `${all.join(', ')} ${resource}`).join(' and ');
  return {
    what: `${shown(data, 'cluster')}: ${data['user'] === undefined ? 'you' : shown(data, 'user')} may not ${verbs} ${shown(data, 'resource')}${place}.`,
    why: shown(data, 'message'),
    todo:
      Array.isArray(missing) && missing.length === 0
        ? 'Its role would allow it: something else in the cluster refuses, an admission policy perhaps. Ask its administrator.'
        : `Ask for a role there that may ${rights}: whoever may is superuser of the databases in these pods.`,
  };
}

const rootReasons: Readonly<Record<string, string>> = {
  workTree: 'It is the top of a git work tree: what is in it was cloned, and rows of a customer could be committed.',
  tracked: 'Git tracks files in it, or its index cannot be read: what is in it may have been cloned.',
  writable: 'Everybody may write to it, so whatever is in it may be anybody’s.',
  untrusted: 'It is in a workspace that you do not trust, where nothing is looked at.',
};

const stateReasons: Readonly<Record<string, string>> = {
  link: 'It, or a folder above it, is a link that somebody else may have made.',
  notFolder: 'It, or what is above it, is no folder.',
  owner: 'It, or a folder above it, belongs to somebody else.',
  writable: 'Others may write to it, or to a folder above it.',
  workTree: 'Git tracks files in it: it came with a clone.',
};

const fileReasons: Readonly<Record<string, string>> = {
  link: 'It is a symbolic link, which can lead anywhere.',
  notFile: 'It is no file: a pipe, a device, a socket or a folder.',
  tooLong: 'It is longer than such a file can be.',
  outside: 'It leads out of the folder of the backups.',
  owner: 'It belongs to somebody else, or others may write to it.',
  replaced: 'Another file stands in its place since it was opened.',
  manyNames: 'It has a second name somewhere else, and may be another file.',
};

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

function damageWords(data: Data): string {
  const reason = text(data, 'reason') ?? '';
  if (reason === 'order') return `Chunk ${shown(data, 'is')} stands there: chunks were swapped, doubled or dropped.`;
  return damageReasons[reason] ?? reason;
}

function lockWords(data: Data): string {
  const reason = text(data, 'reason');
  if (reason === 'passphrase') return 'It is encrypted with a passphrase, and this is not it.';
  if (reason === 'work')
    return `Its work factor is ${shown(data, 'work')}, and ${shown(data, 'most')} is the most that is tried.`;
  const kinds = texts(data, 'kinds').filter((kind) => kind !== 'X25519' && kind !== 'mlkem768x25519');
  const odd = kinds.length === 0 ? '' : ` It is also for ${kinds.join(', ')}, which only age itself opens.`;
  return `It is for somebody else, or what it has for you was changed.${odd}`;
}

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

/** One entry for each code of the core; the type asks for them. */
export const errorWords: Readonly<Record<ErrorCode, ErrorWords>> = {
  'cluster.none': (data, hints) => ({
    what: 'No cluster found.',
    why: ['No kubeconfig file holds a usable context.', ...unread(data)].join('\n'),
    todo: sentence(hints.addCluster()),
  }),
  'cluster.unknown': (data, hints) => ({
    what: `There is no cluster called "${shown(data, 'cluster')}".`,
    why: [`Known: ${shown(data, 'known')}.`, ...unread(data)].join('\n'),
    todo: `To see them: ${hints.listClusters()}. For another one: ${hints.addCluster()}.`,
  }),
  'cluster.notNamed': (data, hints) => ({
    what: `The cluster "${shown(data, 'cluster')}" is not among those of your kubeconfig files.`,
    why: `An earlier job reached it with ${shown(data, 'files')}. A kubeconfig can run a program, so it is read only where you name it yourself.`,
    todo: `If it is yours: ${hints.addCluster()}.`,
  }),
  'cluster.kubeconfig': (data) => ({
    what: `The kubeconfig file ${shown(data, 'file')} cannot be used.`,
    why: `${capitalised(shown(data, 'message'))}.`,
    todo: 'Correct the file, or leave it out of KUBECONFIG.',
  }),
  'cluster.plugin': (data, hints) => ({
    what: `The credential plugin ${shown(data, 'command')} that the kubeconfig file ${shown(data, 'file')} names gave no login.`,
    why: pluginReason(data),
    todo: pluginTodo(data, hints),
  }),
  'cluster.unreachable': (data) => ({
    what: `${shown(data, 'cluster')}: cannot be reached at ${shown(data, 'server')}.`,
    why: shown(data, 'message'),
    todo: 'Check the network, the proxy settings (HTTPS_PROXY, NO_PROXY) and whether the cluster runs.',
  }),
  'cluster.untrusted': (data, hints) => {
    const { why, todo } = tlsWords[String(data['reason'])] ?? tlsWords['protocol'] ?? { why: '', todo: '' };
    return {
      what: `${shown(data, 'cluster')}: no trusted connection to ${shown(data, 'server')}.`,
      why: `${why} (${shown(data, 'code')}).`,
      todo: `${todo} Then ${hints.again()}.`,
    };
  },
  'cluster.tooMuch': (data) => ({
    what: `${shown(data, 'cluster')}: the API server answered with more than ${bytes(data['bytes'])} to ${shown(data, 'path')}.`,
    why: 'That is not how Kubernetes answers; the connection was ended.',
    todo: "Look at what answers at the address of the cluster, or ask the cluster's administrator.",
  }),
  'cluster.unauthorized': (data, hints) => ({
    what: `${shown(data, 'cluster')}: the login is not accepted.`,
    why: 'The token or certificate has expired or was withdrawn; the kubeconfig file was read again and did not help.',
    todo: sentence(hints.login()),
  }),
  'cluster.forbidden': (data) => forbidden(data),
  'cluster.api': (data, hints) => ({
    what: `${shown(data, 'cluster')}: the API server refused with status ${shown(data, 'status')}.`,
    why: shown(data, 'message'),
    todo: afterRefusal(data['status'], hints),
  }),
  'exec.refused': (data) => ({
    what: `Running a command in the pod was refused${data['status'] === undefined ? '' : ` with status ${shown(data, 'status')}`}.`,
    why: shown(data, 'message'),
    todo: 'Check that the pod runs and that you may get and create pods/exec there.',
  }),
  'exec.cut': (data, hints) => ({
    what: 'The connection to the pod broke before the command was proven to have ended.',
    why: `${shown(data, 'message')} (after ${shown(data, 'bytes')} bytes)`,
    todo: `${incomplete} ${sentence(hints.again())}`,
  }),
  'exec.stalled': (data, hints) => ({
    what: `Nothing was heard from the pod for ${shown(data, 'seconds')} s.`,
    why: 'The connection is open but dead: a node, a network or a proxy went away.',
    todo: `${incomplete} When the pod answers: ${hints.again()}.`,
  }),
  'exec.tooMuch': (data) => ({
    what: `The pod answered with more than ${bytes(data['bytes'])} where ${shown(data, 'tool')} answers shortly.`,
    why: 'That is not how PostgreSQL answers; the command was ended.',
    todo: 'Look at the pod and its image before you use it: something else answers there, or far too much.',
  }),
  'exec.answer': (data) => ({
    what: `What ${shown(data, 'tool')} in the pod answered cannot be read.`,
    why: shown(data, 'message'),
    todo: 'Look at the pod and its image before you use it: it does not answer as PostgreSQL does.',
  }),
  'exec.noShell': (data) => ({
    what: 'The container has no shell.',
    why: shown(data, 'message'),
    todo: 'DB Ferry needs `sh` in the container of the database; such an image is not supported.',
  }),
  'exec.failed': (data, hints) => ({
    what: `${data['tool'] === undefined ? 'The command' : shown(data, 'tool')} failed in the pod (exit code ${shown(data, 'exitCode')}).`,
    why:
      data['exitCode'] === 137
        ? 'It was killed: by the limit of memory of the pod, most likely.'
        : withheldNote((text(data, 'stderr') ?? '').trim()) || 'It did not say why.',
    todo:
      data['exitCode'] === 137
        ? `Give the pod more memory, then ${hints.again()}.`
        : `Put that right in ${placeOf[String(data['tool'])] ?? 'the server or the pod'}, then ${hints.again()}.`,
  }),
  'pod.unknown': (data, hints) => ({
    what: `There is no pod ${shown(data, 'reference')}.`,
    why: shown(data, 'message'),
    todo:
      data['unlisted'] === true
        ? 'Name a pod itself: whether it is a workload cannot be seen, since you may not list pods there.'
        : `To see the database pods: ${hints.listPods()}.`,
  }),
  'pod.noServer': (data) => ({
    what: `No PostgreSQL server answers in ${shown(data, 'reference')}.`,
    why: shown(data, 'message'),
    todo: 'Check that the pod is ready, and look at its log.',
  }),
  'pod.noTools': (data) => ({
    what: `${shown(data, 'reference')} has no ${shown(data, 'tool')}.`,
    why: "DB Ferry runs the pod's own client tools, and this image holds none.",
    todo: 'Use a pod whose image holds pg_dump, pg_restore and psql.',
  }),
  'pod.noLogin': (data) => ({
    what: `${shown(data, 'reference')}: the server lets nobody in whose password the pod holds.`,
    why: shown(data, 'message'),
    todo: 'The pod needs local trust, or the password of a role in its environment or files.',
  }),
  'pod.busy': (data, hints) => ({
    what: `${shown(data, 'reference')}: the server ${data['is'] === 'full' ? 'has no connection left' : `is ${text(data, 'is') ?? 'busy'}`}.`,
    why: shown(data, 'message'),
    todo:
      data['is'] === 'full'
        ? `End a session or raise max_connections there, then ${hints.again()}.`
        : `Wait until it is ready, then ${hints.again()}.`,
  }),
  'pod.noPrimary': (data) => ({
    what: `${shown(data, 'reference')} has no primary.`,
    why: `Looked at: ${shown(data, 'pods')}. All are standbys or do not answer.`,
    todo: 'Wait for a failover to end, or name one pod.',
  }),
  'lock.waited': (data, hints) => ({
    what: `Waited ${shown(data, 'seconds')} s for a lock on ${shown(data, 'table')}, and did not get it.`,
    why: `${heldBy(data['holders'])}.`,
    todo: `End that transaction (a prepared one by COMMIT PREPARED or ROLLBACK PREPARED), then ${hints.again()}.`,
  }),
  'database.unknown': (data, hints) => ({
    what: `${shown(data, 'reference')}: there is no database "${shown(data, 'database')}".`,
    why: `Known: ${shown(data, 'known')}.`,
    todo: `To see them: ${hints.listDatabases()}.`,
  }),
  'reference.invalid': (data) => ({
    what:
      data['names'] === undefined
        ? `"${shown(data, 'text')}" is not a reference.`
        : `"${shown(data, 'text')}" names a ${shown(data, 'names')}.`,
    why: shown(data, 'message'),
    todo: 'A place is written cluster/namespace/pod[/database].',
  }),
  'name.invalid': (data) => ({
    what: `"${shown(data, 'name')}" cannot be a name.`,
    why: 'It holds a zero byte, which no name and no text in PostgreSQL can.',
    todo: 'Where it stands in a backup, that backup is not one of a server: do not restore it.',
  }),
  'archive.damaged': (data) => ({
    what: `The archive is damaged at byte ${shown(data, 'offset')}.`,
    why: `${shown(data, 'reason')}${data['entry'] === undefined ? '' : ` (in ${shown(data, 'entry')})`}`,
    todo: 'Nothing was restored from it. Take another backup.',
  }),
  'archive.foreign': (data) => ({
    what: 'This is not an archive in the custom format of pg_dump.',
    why: shown(data, 'reason'),
    todo: wayOn(data),
  }),
  'archive.version': (data) =>
    isOlder(data['version'])
      ? {
          what: `The archive is older than what is read here: its format has version ${shown(data, 'version')}.`,
          why: 'Versions 1.13 to 1.16 are read: those of pg_dump 10.3 and later. This one was written by an earlier pg_dump.',
          todo: 'Restore it with the pg_restore of an old PostgreSQL (any pg_restore up to 18 reads it), and dump that database again.',
        }
      : {
          what: `The archive has format version ${shown(data, 'version')}, which is not known.`,
          why: 'Versions 1.13 to 1.16 are (pg_dump 10.3 to 18).',
          todo: 'Update DB Ferry.',
        },
  'archive.tooLarge': (data) => ({
    what: 'The archive names more than the editor can show.',
    ...(data['entries'] === undefined
      ? {}
      : { why: `It has ${shown(data, 'entries')} tables, data blocks and sequences.` }),
    todo: 'It was not changed. A backup of this size can still be verified and restored.',
  }),
  'archive.roleName': (data) => ({
    what: `A role that ${shown(data, 'entry')} belongs to, or that it names, has a name that is no text in the encoding of this database.`,
    why: 'Roles belong to the whole server, and this one was made in a database of another encoding. It is no damage, but no server takes that name back from this archive.',
    todo: 'Give the role a name of plain letters (ALTER ROLE … RENAME TO …, in a database of the encoding it was made in), then take the backup again.',
  }),
  'archive.limit': (data) => ({
    what: `${limited(data)} (${shown(data, 'entry')}, at byte ${shown(data, 'offset')}).`,
    why: "What a table of contents holds is held in memory, and what may be anybody's has a limit. Damage can look like this, too; it need not be any.",
    todo: "PostgreSQL's own tools have no such limit: if the archive is whole, `pg_restore` reads it. A backup that is verified here needs that object to be smaller.",
  }),
  'archive.encoding': (data) => ({
    what: `The archive is written in ${shown(data, 'encoding')}, which no server keeps its texts in.`,
    why: 'In such an encoding a quote or a backslash may be half of another character, so that no two readers need to see the same text.',
    todo: 'Dump the database again in UTF8, with the option `-E UTF8` of pg_dump.',
  }),
  'backup.unknown': (data, hints) => ({
    ...whichBackup(data),
    todo: `To see them: ${hints.listBackups()}.`,
  }),
  'backup.damaged': (data) => ({
    what: `The backup ${shown(data, 'backup')} is not what its manifest says.`,
    why: `${shown(data, 'reason')}${data['offset'] === undefined ? '' : ` (at byte ${shown(data, 'offset')})`}`,
    todo: 'Do not use it. Take another one.',
  }),
  'backup.newer': (data) => ({
    what: `${data['backup'] === undefined ? 'The backup' : shown(data, 'backup')} is of format ${shown(data, 'version')}, which a later version of DB Ferry writes.`,
    todo: 'Install that version. Its archive can be read by pg_restore all the same.',
  }),
  'backup.held': (data) => ({
    what: `${shown(data, 'backup')} is held by ${shown(data, 'owner')} and is not deleted.`,
    why: shown(data, 'reason'),
    todo: 'Ask who holds it. It can be deleted once that is taken back.',
  }),
  'backup.incomplete': (data, hints) => ({
    what: `${shown(data, 'backup')} is not a complete backup.`,
    why: 'The job that wrote it did not finish.',
    todo: `To remove it: ${hints.cleanUp()}. Take another one.`,
  }),
  'backup.refused': (_, hints) => ({
    what: 'Refused by the preflight. Nothing was written.',
    todo: `What blocks is listed ${hints.details()}.`,
  }),
  'root.refused': (data, hints) => ({
    what: `${shown(data, 'root')} is no folder for backups.`,
    why: rootReasons[text(data, 'reason') ?? ''] ?? shown(data, 'reason'),
    todo: `Take another one, a folder of your own in it perhaps: ${hints.otherRoot()}.`,
  }),
  'state.unsafe': (data) => ({
    what: `The folder ${shown(data, 'folder')} cannot hold your jobs and keys.`,
    why: stateReasons[text(data, 'reason') ?? ''] ?? shown(data, 'reason'),
    todo: 'Make it a folder that only you may write to, or name another place for state: XDG_STATE_HOME.',
  }),
  'file.foreign': (data, hints) => ({
    what: `${shown(data, 'file')} stays as it is.`,
    why: 'DB Ferry did not write it, so it is not written over.',
    todo: `Move it away, then ${hints.again()}.`,
  }),
  'file.refused': (data) => ({
    what: `${shown(data, 'file')} is not opened.`,
    why: fileReasons[text(data, 'reason') ?? ''] ?? shown(data, 'reason'),
    todo: 'Look who put it there.',
  }),
  'store.key': (data) => ({
    what: `${shown(data, 'key')} is no name that anything is kept under.`,
    todo: 'Name a backup by its id.',
  }),
  'store.absent': (data) => ({
    what: `${shown(data, 'key')} is not there.`,
    todo: 'Look who removed it. What cannot be read in full is not restored.',
  }),
  'store.exists': (data) => ({
    what: `${shown(data, 'key')} is there already, and what is written once stays as it is.`,
    ...(data['until'] === undefined ? {} : { why: `It is kept until ${shown(data, 'until')}.` }),
    todo: 'Nothing was changed. Try again: a new one gets a name of its own.',
  }),
  'store.failed': (data) => {
    const { why, todo } = storeReasons[(text(data, 'reason') ?? 'other') as StoreTrouble];
    const said =
      data['status'] === undefined ? shown(data, 'code') : `${shown(data, 'code')}, ${shown(data, 'status')}`;
    const what = data['key'] === undefined ? shown(data, 'name') : `${shown(data, 'name')}/${shown(data, 'key')}`;
    return { what: `The store did not do what was asked: ${what}.`, why: `${why} (${said})`, todo };
  },
  'store.cut': (data) => ({
    what: `${shown(data, 'name')} ended before its end.`,
    why:
      data['at'] === undefined
        ? 'Something else stands in its place.'
        : `${bytes(data['at'])} came of ${bytes(data['size'])}.`,
    todo: 'Try again; what was read of it so far counts for nothing.',
  }),
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
  'root.unreadable': (data, hints) => ({
    what: `The folder of ${data['state'] === true ? 'jobs and keys' : 'the backups'}, ${shown(data, 'root')}, cannot be ${data['written'] === true ? 'written to' : 'read'}.`,
    why: troubles[text(data, 'trouble') ?? ''] ?? shown(data, 'message'),
    todo:
      data['state'] === true
        ? 'Make it writable, or name another place for it in XDG_STATE_HOME.'
        : `Make it readable and writable, or take another one: ${hints.otherFolder()}.`,
  }),
  'disk.full': (data, hints) => ({
    ...(data['folder'] === undefined
      ? { what: 'The disk or its quota is full here.', why: shown(data, 'message') }
      : {
          what: `Not enough space in ${shown(data, 'folder')}.`,
          why: `${bytes(data['free'])} free, ${bytes(data['needed'])} needed with the reserve.`,
        }),
    todo: `Delete old backups (${hints.deleteBackup()}), enlarge the volume, or take another folder: ${hints.otherFolder()}.`,
  }),
  'disk.targetFull': (data, hints) => ({
    what: `Not enough space on the disk of ${shown(data, 'reference')}.`,
    why: `${bytes(data['free'])} free, ${bytes(data['needed'])} needed with the reserve. A full disk would take the live server down.`,
    todo: `${unchanged(data)} Enlarge its volume, or drop what is kept there: ${hints.release()}.`,
  }),
  'restore.refused': (_, hints) => ({
    what: 'Refused by the preflight. Nothing was changed.',
    todo: `What blocks is listed ${hints.details()}.`,
  }),
  'restore.cannotMake': (data, hints) => {
    const failures = listOf(data, 'failures');
    const all = typeof data['count'] === 'number' ? data['count'] : failures.length;
    return {
      what: `The target refuses ${all === 1 ? 'a part' : `${all} parts`} of the backup. Nothing of it was put in place.`,
      why: refusalLines(failures, all).join('\n'),
      todo: [unchanged(data), ...cures(failures, hints), `To go on without: ${hints.goOn()}.`].join('\n'),
    };
  },
  'restore.missing': (data, hints) => ({
    what: `What the target refuses is missing in what was restored, so ${shown(data, 'database')} was not replaced by it.`,
    why: `It is listed ${hints.details()}; all else is as in the backup.`,
    todo: [
      unchanged(data),
      ...cures(becauses(data), hints),
      `To replace it by what lacks these: ${hints.goOn(true)}.`,
    ].join('\n'),
  }),
  'restore.differs': (data, hints) => ({
    what: "What was restored differs from the backup's rows, so it was not put in place.",
    why: `The differences are listed ${hints.details()}.`,
    todo: `${unchanged(data)} Look at them: something there, a trigger or an extension perhaps, stores these rows in another way.`,
  }),
  'restore.swap': (data) => ({
    what: 'The exchange of the databases was given up.',
    why: `${shown(data, 'reason')}${data['holders'] === undefined ? '' : ` Held by: ${shown(data, 'holders')}.`}`,
    todo: `${unchanged(data)} Try again when the database is quieter.`,
  }),
  'restore.inPlace': (data, hints) => ({
    what: 'The restore in place was given up; its transaction is rolled back.',
    why:
      data['holders'] === undefined
        ? withheldNote(shown(data, 'reason'))
        : `${shown(data, 'reason')}. ${heldBy(data['holders'])}.`,
    todo: `${unchanged(data)} What is refused is put right where it is: in the database that was backed up, or in the target. Then ${hints.again()}.`,
  }),
  'restore.unknown': (data, hints) => ({
    what:
      data['unforeseen'] === true
        ? `The outcome is unknown: something unforeseen happened while databases were being exchanged or dropped (${shown(data, 'message')}).`
        : `The outcome is unknown: the connection went while ${shown(data, 'database')} was being replaced.`,
    why: 'The server may have committed or not. Either way one whole database answers to the name.',
    todo: `When the server answers, to find out which: ${hints.cleanUp(text(data, 'job'))}.`,
  }),
  'release.slots': (data, hints) => {
    const names = shown(data, 'slots');
    const what = `Nothing was dropped: replication slots of ${shown(data, 'databases')} would be lost with it: ${names}.`;
    if (data['active'] !== undefined) {
      return {
        what,
        why: `Something reads from ${shown(data, 'active')} now.`,
        todo: 'Stop what reads from them, and have it begin anew with the database that is live. Then repeat this.',
      };
    }
    return {
      what,
      why: 'Whatever reads from them, a connector that is paused perhaps, then loses its place in the stream of changes.',
      todo: `Where nothing needs them any more: ${hints.dropSlots()}.`,
    };
  },
  'restore.claimed': (data, hints) => ({
    what: `Nothing proves that what is there for ${shown(data, 'reference')} was kept by a restore of yours.`,
    why: claims(data).join('\n'),
    todo: `Whoever owns a database can give it such a name and comment. If you know that it is the right one: ${hints.confirm(firstClaim(data))}.`,
  }),
  'restore.nothingKept': (data, hints) => {
    const what = `No replaced database is kept for ${shown(data, 'reference')}.`;
    const before = text(data, 'before');
    if (before === undefined) {
      const why = 'Nothing was replaced there, or it was undone or released already.';
      return { what, why, todo: `To go back to a backup: ${hints.restore()}.` };
    }
    return {
      what,
      why: `It was a restore in place: what was there before is the backup ${shown(data, 'before')}.`,
      todo: `To put it back: ${hints.putBack(before, text(data, 'reference') ?? '?')}.`,
    };
  },
  'target.busy': (data, hints) => ({
    what: `Another job works on ${shown(data, 'reference')}.`,
    why: data['job'] === undefined ? 'It may run in another workspace.' : `It is job ${shown(data, 'job')}.`,
    todo: `Wait for it, or cancel it: ${hints.cancel(text(data, 'job'))}.`,
  }),
  'mask.rules': maskErrors['mask.rules'],
  'mask.refused': (data) =>
    maskErrors['mask.refused'](data, (finding) => {
      const code = shown(finding, 'code');
      const facts = (finding['data'] ?? {}) as Data;
      return `${maskFindings[code]?.(facts) ?? `${code}${detail(facts)}`}.`;
    }),
  'mask.value': maskErrors['mask.value'],
  'job.unknown': (data, hints) => ({
    what: `There is no job "${shown(data, 'job')}".`,
    ...beginnings(data['fits']),
    todo: `To see them: ${hints.listJobs()}.`,
  }),
  'report.none': (data, hints) => ({
    what: `There is no report of ${shown(data, 'of')}.`,
    why: 'A job writes one when it ends; a backup gets one from the job that took or verified it.',
    todo: `To see the jobs: ${hints.listJobs()}.`,
  }),
  'job.needed': (data, hints) => ({
    what: `The job ${shown(data, 'job')} cannot be removed: its state is ${shown(data, 'state')}.`,
    why: 'A job that works, or left something, is found by its folder.',
    todo: `To end it: ${hints.cancel(text(data, 'job'))}. To remove what it left: ${hints.cleanUp(text(data, 'job'))}.`,
  }),
  'job.interrupted': (data, hints) => ({
    what: `The job ${shown(data, 'job')} was interrupted: its process is gone.`,
    why:
      data['phase'] === undefined
        ? 'Killed, out of memory, or the workspace was stopped.'
        : `The last that it said: ${phaseText(data['phase'])}.`,
    todo: isUncertain(data['phase'])
      ? `To find out what became of it, and to remove what it left: ${hints.cleanUp(text(data, 'job'))}.`
      : `To remove what it left, here and in the target: ${hints.cleanUp(text(data, 'job'))}.`,
  }),
  cancelled: (data, hints) => {
    if (data['kind'] === 'clean') return { what: 'Cancelled. What was removed until then is gone; the rest stays.' };
    if (data['left'] !== true) return { what: 'Cancelled. Nothing changed.' };
    return {
      what: 'Cancelled. No database was replaced, but something of it may have stayed.',
      todo: `To remove what it left, here and in the target: ${hints.cleanUp(text(data, 'job'))}.`,
    };
  },
  'request.invalid': (data) => ({
    what: 'The request of a job is not as requests are.',
    why: data['at'] === '' || data['at'] === undefined ? 'It is no request at all.' : `Its field ${shown(data, 'at')}.`,
    todo: 'What wrote it is not this version of DB Ferry, or it was changed. Nothing is done by it.',
  }),
  'request.newer': (data) => ({
    what: `The request of a job was written by a later version of DB Ferry (schema ${shown(data, 'schema')}).`,
    why: 'What it asks for may be more than this version knows, so nothing is done by it.',
    todo: 'Update DB Ferry.',
  }),
  usage: (data, hints) => ({
    what: `Bad usage: ${ruleWords(data, hints) ?? shown(data, 'message')}`,
    ...(data['meant'] === undefined ? {} : { why: `Did you mean ${shown(data, 'meant')}?` }),
    todo: `To see how it is used: ${hints.usage(text(data, 'command'))}.`,
  }),
  internal: (data) => ({
    what: 'Something unforeseen happened.',
    why: shown(data, 'message'),
    todo: 'This is a fault of DB Ferry. The log of the job says more.',
  }),
};

/** The kubeconfig files that could not be read: what is looked for may stand in one of them. */
function unread(data: Data): string[] {
  return texts(data, 'problems').map((problem) => `Not read: ${visible(problem)}.`);
}

function pluginReason(data: Data): string {
  switch (data['reason']) {
    case 'missing':
      return 'There is no such program here.';
    case 'exit':
      return data['exitCode'] === undefined ? 'It was killed.' : `It ended with exit code ${shown(data, 'exitCode')}.`;
    case 'answer':
      return 'What it printed is not an ExecCredential.';
    case 'time':
      return 'It did not end in time.';
    case 'unnamed':
      return 'The file names no program for it.';
    default:
      return `It could not be started (${shown(data, 'code')}).`;
  }
}

function pluginTodo(data: Data, hints: Hints): string {
  const command = shown(data, 'command');
  if (data['reason'] === 'missing') return `Install ${command}, or put its folder on the PATH, then ${hints.again()}.`;
  if (data['reason'] === 'unnamed') return 'Correct the file.';
  return `Run ${command} in a terminal as the file says, to see what it tells: what it prints is not kept here.`;
}

/** What TLS refused, and who can put it right; the network is not it. */
const tlsWords: Readonly<Record<string, { readonly why: string; readonly todo: string }>> = {
  authority: {
    why: 'Its certificate is not signed by the authority that the kubeconfig names, or by one that is trusted here',
    todo: 'Put the right certificate-authority into the kubeconfig (log in again), or ask who answers at this address.',
  },
  expired: {
    why: 'Its certificate has expired',
    todo: "Have the cluster's administrator renew it; look at the clock of this machine, too.",
  },
  early: { why: 'Its certificate is not valid yet', todo: 'Look at the clock of this machine.' },
  name: {
    why: 'Its certificate is for another name than the address',
    todo: 'Use the address that the certificate names, or set tls-server-name in the kubeconfig.',
  },
  client: {
    why: 'It does not accept the client certificate of the kubeconfig',
    todo: 'Log in again: the certificate has expired, or is of another cluster.',
  },
  protocol: {
    why: 'What answers there does not speak TLS as an API server does',
    todo: 'Check the address and the port in the kubeconfig, and whether a proxy answers instead.',
  },
};

/** What the data hold as a list of objects. */
function listOf(data: Data, key: string): Data[] {
  const list = data[key];
  return Array.isArray(list) ? (list as Data[]) : [];
}

/** Why each difference came about, where that is known. */
function becauses(data: Data): Data[] {
  return listOf(data, 'differences').flatMap(({ because }) => (because === undefined ? [] : [because as Data]));
}

/** Backups whose ids begin as it was typed. */
/** Why a name means no backup, or more than one. */
function whichBackup(data: Data): { readonly what: string; readonly why?: string } {
  const named = shown(data, 'backup');
  if (data['folders'] !== undefined) {
    const why = `They are in ${shown(data, 'folders')}. Name the one that is meant by its path.`;
    return { what: `More than one backup says that it is ${named}.`, why };
  }
  if (data['places'] !== undefined) {
    const why = `Backups of several places fit: ${shown(data, 'places')}. Name the place, or an id.`;
    return { what: `It is not clear which backup "${named}" means.`, why };
  }
  if (data['unproven'] !== undefined) {
    const why = `The newest that fits, ${shown(data, 'unproven')}, is signed by nobody whose key is trusted here; it can be named by its id.`;
    return { what: `"${named}" chooses nothing.`, why };
  }
  return { what: `There is no backup "${named}".`, ...beginnings(data['fits']) };
}

function beginnings(fits: unknown): { readonly why?: string } {
  if (!Array.isArray(fits)) return {};
  const shownIds = fits.slice(0, 5).map((id) => visible(String(id)));
  return { why: `${fits.length} begin like that: ${shownIds.join(', ')}${fits.length > 5 ? ', …' : ''}.` };
}

/** What keeps one from writing. */
const troubles: Readonly<Record<string, string>> = {
  readOnly: 'It is on a read-only file system.',
  denied: 'This user may not write there.',
  notFolder: 'It, or something above it, is no folder.',
  nameTooLong: 'Its path is too long.',
  loop: 'Links in its path lead in a circle.',
  gone: 'Something above it is a link that leads nowhere, or went away meanwhile.',
};

/** Statuses that pass by themselves, what is gone, and what an administrator has to look at. */
function afterRefusal(status: unknown, hints: Hints): string {
  if (status === 429 || (typeof status === 'number' && status >= 500))
    return `The cluster is busy, or a part of it is down. In a minute: ${hints.again()}.`;
  if (status === 404) return `It may be gone by now. To see what is there: ${hints.listPods()}.`;
  return "Ask the cluster's administrator, with these words.";
}

function phaseText(phase: unknown): string {
  return (phaseWords as Readonly<Record<string, string>>)[String(phase)] ?? String(phase);
}

function isUncertain(phase: unknown): boolean {
  return uncertainPhases.includes(phase as Phase);
}

function bytes(value: unknown): string {
  return typeof value === 'number' ? size(value) : '?';
}

/** An instruction as a sentence of its own. */
function sentence(instruction: string): string {
  return `${capitalised(instruction)}.`;
}

function capitalised(words: string): string {
  return `${words.slice(0, 1).toUpperCase()}${words.slice(1)}`;
}

function limited(data: Data): string {
  const most = bytes(data['most']);
  if (data['what'] === 'contents') return `The archive's table of contents has more than the ${most} that are read`;
  const found = data['size'] === undefined ? '' : ` of ${bytes(data['size'])}`;
  const what = data['what'] === 'entry' ? 'an entry' : 'a text';
  return `The archive's table of contents has ${what}${found}, more than the ${most} that are read`;
}

/** Of two versions `1.N` of an archive's format that are not read. */
function isOlder(version: unknown): boolean {
  const [, major = '', minor = ''] = /^(\d+)\.(\d+)/.exec(String(version)) ?? [];
  return Number(major) < 1 || (Number(major) === 1 && Number(minor) < 13);
}

/** From a file that is no archive to a backup. */
function wayOn(data: AppError['data']): string {
  const tool = `\`${shown(data, 'tool')}\``;
  const ways: Readonly<Record<string, string>> = {
    unpack: `Unpack it with ${tool}, and take what is in it. Where that is no archive either, its name is told then.`,
    load: `Restore it into an empty database with ${tool}, and back that database up. Or make an archive with \`pg_dump -Fc\`.`,
    start: 'Start a server of its version on it, and back up its databases one by one.',
    fetch: 'Fetch the file again, and look at its size: this is not what was meant to come.',
    write: 'Let pg_dump write the file itself, with its option `-f`. What the shell changed cannot be undone.',
    decrypt: 'Decrypt it first, and take what is in it.',
    none: 'Only what pg_dump of PostgreSQL wrote can be taken. Make it with `pg_dump -Fc`.',
  };
  const known = typeof data['way'] === 'string' ? ways[data['way']] : undefined;
  return known ?? 'Make one with `pg_dump -Fc`. Plain SQL has no structure that could be proven, so it is refused.';
}

/** Where words of a server are left out, that they are. */
function withheldNote(words: string): string {
  if (!/…$/m.test(words)) return words;
  return `${words}\n(What stands for … may hold data and is not shown; the server's own log has it.)`;
}
