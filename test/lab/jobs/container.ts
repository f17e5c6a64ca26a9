import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdir, mkdtemp } from 'node:fs/promises';
import { join } from 'node:path';

/** Something of this machine that a container sees at a path of its own. */
export interface Mounted {
  readonly from: string;
  readonly at: string;
}

/**
 * A root of its own over this machine's programs, read-only but for what is mounted, then the command. It needs no image and no rights but those that a mount namespace wants;
 * network, user and processes are this machine's.
 */
const script = `set -e
root=$1; node=$2; shift 2
mount -t tmpfs tmpfs "$root"
for one in usr bin sbin lib lib32 lib64 etc; do
  if [ -L "/$one" ]; then cp -P "/$one" "$root/$one"; elif [ -d "/$one" ]; then mkdir "$root/$one"; mount --rbind "/$one" "$root/$one"; fi
done
mkdir "$root/proc" "$root/dev" "$root/node"
mount --rbind /proc "$root/proc"
for one in null zero urandom random; do : > "$root/dev/$one"; mount --bind "/dev/$one" "$root/dev/$one"; done
: > "$root/node/node"; mount --bind "$node" "$root/node/node"
while [ "$1" != -- ]; do
  to=$root$2
  mkdir -p "$(dirname "$to")"
  if [ -d "$1" ]; then mkdir -p "$to"; else : > "$to"; fi
  mount --bind "$1" "$to"
  shift 2
done
shift
mount -o remount,bind,ro "$root"
exec chroot "$root" "$@"`;

const unshare = ['unshare', '--mount', ...(process.getuid?.() === 0 ? [] : ['--map-root-user'])];
const searched = '/node:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Why no container can be started on this machine; undefined: they can. */
export function whyNoContainers(): string | undefined {
  const [program = '', ...args] = unshare;
  const { error, status, stderr } = spawnSync(program, [...args, 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt'], {
    encoding: 'utf8',
  });
  if (error) return error.message;
  return status === 0 ? undefined : stderr.trim();
}

/** Starts a command in a container, leading its own process group. `folder`: an empty one of its own. */
export async function startContainer(
  command: readonly string[],
  env: Readonly<Record<string, string>>,
  mounts: readonly Mounted[],
  folder: string,
): Promise<ChildProcess> {
  await mkdir(folder, { recursive: true });
  const root = await mkdtemp(join(folder, 'root-'));
  const pairs = mounts.flatMap(({ from, at }) => [from, at]);
  const [program = '', ...args] = [
    ...unshare,
    ...['sh', '-c', script, 'container', root, process.execPath],
    ...[...pairs, '--', ...command],
  ];
  return spawn(program, args, {
    ...{ cwd: '/', detached: true, env: { ...env, PATH: searched } },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}
