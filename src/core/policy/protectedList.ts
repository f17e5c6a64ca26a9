import path from 'node:path';
import { isErrno } from '../base/errors';
import { readSafely } from '../base/safeFile';
import { writeDurably } from '../catalog/backupFolder';
import { checkState, prepareState, stateFolder } from '../state/stateFolder';
import { ProtectedPlaces } from './protectedPlaces';

/**
 * Lists of places. Protected ones, by who named them: the command line (`own`), or the settings of the editor, which are kept here for jobs and terminals. `encrypt`: those whose backups are
 * encrypted or not made.
 */
export type ProtectedBy = 'own' | 'editor' | 'encrypt';

/**
 * The entries of this user that protect places: `cluster/project`, `*` stands for any text. Throws `state.unsafe` and `file.refused`, and what the file system says: what protects
 * and cannot be read protects nothing, so nobody goes on.
 */
export async function readProtected(by: ProtectedBy): Promise<readonly string[]> {
  await checkState();
  const file = path.join(stateFolder(), folderName, by);
  const text = await readSafely(file, { most: 1e6, own: true }).catch((error: unknown) => {
    if (isErrno(error, ['ENOENT', 'ENOTDIR'])) return Buffer.alloc(0);
    throw error;
  });
  return [
    ...new Set(
      text
        .toString()
        .split('\n')
        .filter((line) => line !== ''),
    ),
  ];
}

/** Writes such entries down, each on its line. Throws `state.unsafe`, and what the file system says. */
export async function writeProtected(by: ProtectedBy, entries: readonly string[]): Promise<void> {
  const lines = [...new Set(entries)].map((entry) => `${entry.replaceAll(/[\r\n]+/g, ' ')}\n`);
  await writeDurably(path.join(await prepareState(folderName), by), lines.join(''));
}

/** All that is protected, whoever said so. Throws what `readProtected` throws. */
export async function protectedPlaces(): Promise<ProtectedPlaces> {
  const all = [...(await readProtected('own')), ...(await readProtected('editor'))];
  return new ProtectedPlaces(() => all);
}

/** Places whose backups are encrypted or not made. Throws what `readProtected` throws: what asks for it and cannot be read lets nothing through. */
export async function encryptedPlaces(): Promise<ProtectedPlaces> {
  const all = await readProtected('encrypt');
  return new ProtectedPlaces(() => all);
}

const folderName = 'protected';
