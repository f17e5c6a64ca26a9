import path from 'node:path';
import { isErrno } from '../../base/errors';
import { readSafely } from '../../base/safeFile';
import { prepareState, stateFolder } from '../../state/stateFolder';
import { writeWhole } from '../record/jobFolder';

const fileName = 'runners';
/** Nobody has more; what is older is forgotten first. */
const most = 50;

/** Places (`cluster/namespace`) in which jobs were started from here, the last one first. */
export async function knownRunners(): Promise<readonly string[]> {
  try {
    const text = await readSafely(path.join(stateFolder(), fileName), { most: 1e6, own: true });
    return text
      .toString()
      .split('\n')
      .filter((line) => line !== '');
  } catch (error) {
    if (isErrno(error, ['ENOENT', 'ENOTDIR'])) return [];
    throw error;
  }
}

/** Writes a place down, so that its jobs are found again. Throws `state.unsafe`. */
export async function rememberRunner(place: string): Promise<void> {
  const folder = await prepareState();
  const others = (await knownRunners()).filter((one) => one !== place);
  await writeWhole(path.join(folder, fileName), `${[place, ...others].slice(0, most).join('\n')}\n`);
}
