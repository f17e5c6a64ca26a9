import { localStore } from '../store/local';
import type { BackupAt, BackupSummary } from './manifest';

/** Where a backup lies. */
export function atOf({ folder, at }: Pick<BackupSummary, 'folder' | 'at'>): BackupAt {
  return at ?? { store: localStore(folder), prefix: '' };
}
