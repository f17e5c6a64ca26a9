import { createHash } from 'node:crypto';
import type { BackupFiles } from '../catalog/backupFiles';
import { globalsFile } from '../catalog/backupFolder';
import type { Manifest } from '../catalog/manifest';
import { encryptWhole } from '../encrypt/encryptStream';
import type { WrittenIdentity } from '../encrypt/identity';
import { encryptedSuffix } from '../store/layout';
import { capture } from '../exec/podExec';
import type { Finding } from '../base/finding';
import type { OpenPod } from '../pod/databasePod';
import { maintenanceDatabase } from '../pod/server/maintenanceDatabase';
import { globalsCommand } from '../postgres/tools/dumpCommand';
import type { Work } from '../base/progress';
import { serverMessage } from '../base/said/serverMessage';

/**
 * Writes roles and memberships, without password hashes, beside the archive. A server that refuses is a finding, not a failure: the archive
 * names the roles it needs by itself. Throws what the exec throws.
 */
export async function takeGlobals(
  source: OpenPod,
  session: {
    readonly files: BackupFiles;
    readonly application: string;
    /** it is encrypted for this one */
    readonly key?: WrittenIdentity | undefined;
  },
  work: Work,
  what: { /** also what is said of roles */ readonly comments: boolean } = { comments: true },
): Promise<{ file?: NonNullable<Manifest['globals']>; finding?: Finding }> {
  const command = globalsCommand(source.facts.access, maintenanceDatabase(source.facts), session.application, what);
  const end = await capture(source.exec, command, { signal: work.signal });
  if (end.exitCode !== 0) {
    const finding: Finding = {
      level: 'warn',
      code: 'globals.failed',
      data: { message: serverMessage(end.stderr).slice(-500) },
    };
    work.report({ type: 'finding', finding });
    return { finding };
  }
  const { key } = session;
  const file = key ? (`${globalsFile}${encryptedSuffix}` as const) : globalsFile;
  const content = key ? await encryptWhole(Buffer.from(end.stdout), [key.recipient]) : Buffer.from(end.stdout);
  await session.files.put(file, content);
  return { file: { file, sha256: createHash('sha256').update(content).digest('hex') } };
}
