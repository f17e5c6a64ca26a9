import path from 'node:path';
import { AppError } from '../base/errors';
import { sizeSafely } from '../base/safeFile';
import { writeOnce } from '../store/store';
import { writeDurably } from './backupFolder';
import type { BackupAt } from './manifest';

/** Where the files of a backup go that is being made. What is put there is there whole, durable, and never replaced. */
export interface BackupFiles {
  put(name: string, content: Buffer): Promise<void>;
  /** bytes of one that is there */
  size(name: string): Promise<number>;
}

/** A folder that has no final name yet. */
export function filesIn(folder: string): BackupFiles {
  return {
    put: async (name, content) => writeDurably(path.join(folder, name), [content]),
    size: async (name) => sizeSafely(path.join(folder, name)),
  };
}

/** Below a prefix of a store; what was put is read back and must be the same. Throws `store.exists`, `store.cut`, and what the store says. */
export function filesAt({ store, prefix }: BackupAt): BackupFiles {
  return {
    put: async (name, content) => {
      await writeOnce(store, prefix + name, content);
      const found = await store.get(prefix + name, content.length);
      if (!found.equals(content)) throw new AppError('store.cut', { name: `${store.name}/${prefix}${name}` });
    },
    size: async (name) => {
      const found = await store.stat(prefix + name);
      if (!found) throw new AppError('store.absent', { key: prefix + name });
      return found.size;
    },
  };
}
