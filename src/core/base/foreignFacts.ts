/** How one comes from a file that is no archive to one. */
export type WayOn =
  /** `tool` takes off what is around it */
  | 'unpack'
  /** `tool` puts it into an empty database, which can be backed up */
  | 'load'
  /** a server has to be started on it */
  | 'start'
  /** the file is not what was to be fetched */
  | 'fetch'
  /** what wrote it has changed it on the way */
  | 'write'
  | 'decrypt'
  /** it is not PostgreSQL's */
  | 'none';

/** What a file that is taken for an archive seems to be instead; `archive` and `file` where it is `packed`. */
export type ForeignReason =
  | 'empty'
  | 'unknown'
  | 'rewritten'
  | 'copyRows'
  | 'sqlite'
  | 'sqlServer'
  | 'mongodump'
  | 'openpgp'
  | 'age'
  | 'openssl'
  | 'lfs'
  | 'zip'
  | '7z'
  | 'baseBackup'
  | 'tar'
  | 'base64'
  | 'mysql'
  | 'sqlOfServer'
  | 'sqlDump'
  | 'webPage'
  | 'json'
  | 'sql'
  | 'folder'
  | 'tarOfSeveral'
  | 'tarWithoutToc'
  /** more than a dump has, that is read here */
  | 'manyFiles'
  | 'archive'
  | 'file'
  | 'directory'
  | 'inserts'
  | 'wide'
  | 'sqlOfNothing';

/** What a file that is not a custom-format archive seems to be, by its first bytes; `way` and `tool` as far as one is known. */
export interface ForeignFormat {
  readonly reason: ForeignReason;
  /** what packed it as a whole */
  readonly packed?: string | undefined;
  readonly way?: WayOn | undefined;
  readonly tool?: string | undefined;
}
