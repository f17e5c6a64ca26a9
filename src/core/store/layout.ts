import { createHash, randomBytes } from 'node:crypto';

/**
 * A backup in a bucket that has a name, as its rows are called (`store:archive/cluster/namespace/workload/database/…`): the root that the store is, and its prefix there. Undefined for what is none. Pure.
 */
export function inNamedStore(text: string): { readonly root: string; readonly prefix: string } | undefined {
  const [, root, below] = /^(store:[a-z0-9][a-z0-9_-]{0,39})\/((?:[^/\0]+\/){4}[^/\0]+)\/?$/i.exec(text) ?? [];
  return root === undefined || below === undefined ? undefined : { root, prefix: `${below}/` };
}

/** The place a backup is taken from, as its key names it. */
export interface BackupPlace {
  readonly cluster: string;
  readonly namespace: string;
  readonly workload: string;
  readonly database: string;
}

/** What stands under a backup's prefix, every key of it. Of format 1 there are archive, globals, manifest, signature and report alone. */
export const archiveFile = 'database.dump';
export const globalsFile = 'globals.sql';
/** tables with rows and digests, sequences, large objects */
export const contentsFile = 'contents.json';
/** What the name of an encrypted file ends in; its key files are `key.<n>.age`. */
export const encryptedSuffix = '.age';
/** of the job that took the backup */
export const reportFile = 'report.md';
/** last of all; with it the backup is complete */
export const manifestFile = 'manifest.json';
/** the signatures over the manifest's canonical form */
export const signatureFile = 'manifest.sig';
/** here each verification is an object of its own */
export const verifiedFolder = 'verified';
/** while it is there the backup is not deleted */
export const holdFile = 'hold.json';
/** On a disk, in a folder that has no final name yet: the id of the job that writes it. */
export const jobFile = 'job';
/** What a folder's name ends in on a disk until all in it is written, verified and flushed. */
export const partialSuffix = '.partial';

/** `<cluster>/<namespace>/<workload>/<database>/`, each name percent-encoded. A backup's own keys follow its id: `<id>/database.dump`. */
export function databasePrefix(place: BackupPlace): string {
  const names = [place.cluster, place.namespace, place.workload, place.database];
  return `${names.map(encodeName).join('/')}/`;
}

/** `<cluster>/<namespace>/<workload>/<database>/<UTC time>-<id>/`: the last element is the backup's id. */
export function backupPrefix(place: BackupPlace, id: string): string {
  return `${databasePrefix(place)}${id}/`;
}

/** A name as one element of a key: everything but letters, digits, `.`, `_`, `-` percent-encoded; never `.`, `..` or hidden. */
export function encodeName(name: string): string {
  const encoded = Array.from(Buffer.from(name, 'utf8'), (byte) => {
    const letter = String.fromCharCode(byte);
    return /[A-Za-z0-9._-]/.test(letter) ? letter : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }).join('');
  return encoded.startsWith('.') ? `%2E${encoded.slice(1)}` : encoded;
}

/** A backup's id: its time and six hex digits; sorts by time, can be typed, holds no character that a shell minds. */
export function makeBackupId(now: Date): string {
  return `${compactTime(now)}-${randomBytes(3).toString('hex')}`;
}

/** True for a backup's id. Pure. */
export function isBackupId(text: string): boolean {
  return /^\d{8}T\d{6}Z-[0-9a-f]{6}$/.test(text);
}

/** The beginning of the time that a backup's last element says: `20261123T051500`; undefined for one that says none. Pure. */
export function timeIn(element: string): string | undefined {
  return /^\d{8}T\d{6}/.exec(element)?.[0];
}

/** `20261123T051500Z` */
export function compactTime(now: Date): string {
  return now.toISOString().replace(/[-:]|\.\d+/g, '');
}

/** `verified/<UTC time>-<level>-<digest>.json`: the digest of what it says keeps two of one moment apart, and one that is written twice is the same object. */
export function verificationKey(time: Date, level: string, content: string): string {
  const digest = createHash('sha256').update(content).digest('hex').slice(0, 6);
  return `${verifiedFolder}/${compactTime(time)}-${level}-${digest}.json`;
}

/** `verified/<UTC time>-drill-<digest>.json`, likewise: what a drill showed, proof or not. */
export function drillKey(time: Date, content: string): string {
  return verificationKey(time, 'drill', content);
}

/** What people of a root agreed on: who has to say yes to what. One for all that lies there. */
export const policyKey = 'policy.yaml';

/** What is asked for and what was decided, where no cluster keeps it: `<request>/request.json`, and what came after it, a file for each change. */
export const requestsFolder = 'db-ferry.requests';
