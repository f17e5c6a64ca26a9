import { randomBytes } from 'node:crypto';
import { lstat, mkdir, open, rename, rm } from 'node:fs/promises';
import { delimiter, dirname, join, resolve } from 'node:path';
import { AppError, isErrno } from '../core/base/errors';
import { hasHidden } from '../core/base/visible';
import { readSafely } from '../core/base/safeFile';

/** What a launcher is to be, and what stands in its place. */
export interface LauncherPlan {
  readonly file: string;
  readonly text: string;
  /** `foreign`: something that DB Ferry did not write, which stays */
  readonly there: 'nothing' | 'same' | 'older' | 'foreign';
  /** a shell finds it: its folder is on PATH */
  readonly isOnPath: boolean;
}

/**
 * Looks at what it takes to put `db-ferry` into `~/.local/bin`: a script that starts the command line of the extension with the Node that runs the editor, or, where that is
 * gone, with any. Changes nothing. Throws `usage` where a path cannot stand in a script.
 */
export async function planLauncher(where: {
  readonly home: string;
  readonly extensionPath: string;
  readonly node: string;
  readonly path: string;
}): Promise<LauncherPlan> {
  const folder = join(where.home, '.local', 'bin');
  const file = join(folder, 'db-ferry');
  const text = launcherText(where.extensionPath, where.node);
  const isOnPath = where.path.split(delimiter).some((one) => one !== '' && resolve(one) === folder);
  return { file, text, there: await standing(file, text), isOnPath };
}

/** Writes it, wholly or not at all. Throws `file.foreign` for what DB Ferry did not write and what came there meanwhile, and what the file system says. */
export async function writeLauncher({ file, text }: LauncherPlan): Promise<void> {
  const there = await standing(file, text);
  if (there === 'same') return;
  if (there === 'foreign') throw new AppError('file.foreign', { file });
  await mkdir(dirname(file), { recursive: true });
  // what is new must not be there, what is ours is exchanged
  const temporary = there === 'nothing' ? file : `${file}.${randomBytes(3).toString('hex')}`;
  try {
    const handle = await open(temporary, 'wx', 0o755);
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    if (temporary !== file) await rename(temporary, file);
  } catch (error) {
    if (temporary !== file) await rm(temporary, { force: true });
    if (isErrno(error, ['EEXIST'])) throw new AppError('file.foreign', { file }, { cause: error });
    throw error;
  }
}

const mark = '# Written by the extension DB Ferry; its command "Install \'db-ferry\' Command" writes it anew.';

async function standing(file: string, text: string): Promise<LauncherPlan['there']> {
  const found = await lstat(file).catch(() => undefined);
  if (!found) return 'nothing';
  // a link leads to what somebody else wrote
  if (!found.isFile()) return 'foreign';
  const now = await readSafely(file, { most: 10_000 }).then(String, () => '');
  if (now === text) return 'same';
  return now.split('\n')[1] === mark ? 'older' : 'foreign';
}

function launcherText(extensionPath: string, node: string): string {
  return [
    '#!/bin/sh',
    mark,
    `script=${quoted(join(extensionPath, 'dist', 'cli.js'))}`,
    '# an update of the extension lies in another folder',
    `[ -e "$script" ] || script=$(ls -td ${quoted(dirname(extensionPath))}/db-ferry.db-ferry-*/dist/cli.js 2>/dev/null | head -n 1)`,
    'if [ -z "$script" ]; then',
    '  echo "db-ferry: the extension DB Ferry is not installed any more." >&2',
    '  exit 1',
    'fi',
    `node=${quoted(node)}`,
    '[ -x "$node" ] || node=node',
    "# the editor's own program runs scripts as Node only when told so",
    'ELECTRON_RUN_AS_NODE=1 exec "$node" "$script" "$@"',
    '',
  ].join('\n');
}

/** As one word of any sh, which knows no escapes for what cannot be seen. */
function quoted(text: string): string {
  if (hasHidden(text)) throw new AppError('usage', { message: `The path ${text} cannot stand in a script.` });
  return `'${text.replaceAll("'", "'\\''")}'`;
}
