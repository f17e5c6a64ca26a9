import { AppError } from '../../base/errors';
import { capture, type PodExec } from '../../exec/podExec';

/**
 * Ends the commands in the pod that carry this application_name, or one that begins with it and a hyphen, and what runs around them. There are some
 * only where the container runtime died: it leaves their stdin open, and they wait for it without end. Returns how many of them ended, and how many
 * stayed after ten seconds. (bash knows of USR1 while it reads since 4.3; in a pod with an older one they stay.) Throws `exec.*`, `cluster.*`.
 */
export async function endProcesses(
  exec: PodExec,
  application: string,
  signal?: AbortSignal,
): Promise<{ ended: number; remaining: number }> {
  const [before = 0, remaining = 0] = await run(exec, application, 20, signal);
  return { ended: Math.max(0, before - remaining), remaining };
}

/** How many commands in the pod carry this application_name, or one that begins with it and a hyphen. Throws `exec.*`, `cluster.*`. */
export async function countProcesses(exec: PodExec, application: string, signal?: AbortSignal): Promise<number> {
  const [count = 0] = await run(exec, application, 0, signal);
  return count;
}

/** How many there were, and how many there are after so many rounds of half a second at most. */
async function run(exec: PodExec, application: string, rounds: number, signal?: AbortSignal): Promise<number[]> {
  const argv = ['sh', '-c', script, 'db-ferry', application, String(rounds)];
  const end = await capture(exec, argv, signal ? { signal } : {});
  if (end.exitCode !== 0) {
    throw new AppError('exec.failed', { tool: 'sh', exitCode: end.exitCode, stderr: end.stderr.trim() });
  }
  return end.stdout.trim().split(' ').map(Number);
}

/**
 * The shells of the wrapper are found by their arguments, which is where `PGAPPNAME` is set. Those of them that read our stdin, and so catch USR1 (bit 9 of
 * SigCgt), are told by it to end all as they do when their input ends; what they wait for meanwhile is ended by TERM, but not the pauses of such an
 * end. Nothing else is signalled from here: process 1 must not inherit what dies by a signal (see `wrapper`). A command is one shell whose parent is
 * none of them.
 */
const script = `n='
'
shells() { for d in /proc/[0-9]*; do
read -r c <"$d/comm" && [ "$c" = sh ] || continue
case "$n$(tr '\\0' '\\n' <"$d/cmdline")$n" in *"\${n}PGAPPNAME=$1$n"*|*"\${n}PGAPPNAME=$1-"*) echo "\${d#/proc/}";; esac
done 2>/dev/null; }
tell() { readers=' '
for p in $s; do
while read -r k v; do [ "$k" = SigCgt: ] && break; done <"/proc/$p/status"
case $v in *[2367abef]??) kill -USR1 "$p"; readers="$readers$p ";; esac
done
for pass in 1 2; do for d in /proc/[0-9]*; do
p=\${d#/proc/}; parent "$p"; case $readers in *" $t "*) ;; *) continue;; esac
case "$n$s$n" in *"$n$p$n"*) readers="$readers$p "; continue;; esac
read -r c <"$d/comm" && [ "$c" != sleep ] && kill -TERM "$p"
done; done; } 2>/dev/null
parent() { t=; read -r t <"/proc/$1/stat"; t=\${t##*) }; t=\${t#* }; t=\${t%% *}; } 2>/dev/null
commands() { set --; for p in $s; do parent "$p"; case "$n$s$n" in *"$n$t$n"*) ;; *) set -- "$@" "$p";; esac; done; echo $#; }
i=0 first=; while s=$(shells "$1"); [ "$first" ] || first=$(commands); [ "$s" ] && [ $i -lt "$2" ]; do
[ $((i % 10)) -eq 0 ] && tell
i=$((i + 1)); sleep 0.5 2>/dev/null || { sleep 1; i=$((i + 1)); }
done
echo "$first $(commands)"`;
