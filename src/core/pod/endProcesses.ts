import { AppError } from '../errors';
import { capture, type PodExec } from '../exec/podExec';

/**
 * Ends the commands in the pod that carry this application_name, or one that begins with it and a hyphen, and what runs around them. There are some
 * only where the container runtime died: it leaves their stdin open, and they wait for it without end. Returns how many of the shells around them
 * stayed, after about ten seconds. Throws `exec.*`, `cluster.*`.
 */
export async function endProcesses(exec: PodExec, application: string, signal?: AbortSignal): Promise<number> {
  const end = await capture(exec, ['sh', '-c', script, 'db-ferry', application], signal ? { signal } : {});
  if (end.exitCode !== 0) {
    throw new AppError('exec.failed', { tool: 'sh', exitCode: end.exitCode, stderr: end.stderr.trim() });
  }
  return Number(end.stdout.trim());
}

/**
 * The shells of the wrapper are found by their arguments, which is where `PGAPPNAME` is set. Those of them that read our stdin, and so catch USR1 (bit 9 of
 * SigCgt), are told by it to end all as they do when their input ends; what they wait for meanwhile is ended by TERM. Nothing else is signalled from
 * here: process 1 must not inherit what dies by a signal (see `wrapper`).
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
read -r t <"$d/stat" || continue
p=\${d#/proc/} t=\${t##*) } t=\${t#* } t=\${t%% *}
case $readers in *" $t "*) case "$n$s$n" in *"$n$p$n"*) readers="$readers$p ";; *) kill -TERM "$p";; esac;; esac
done; done; } 2>/dev/null
i=0; while s=$(shells "$1"); [ "$s" ] && [ $i -lt 20 ]; do
[ $((i % 10)) -eq 0 ] && tell
i=$((i + 1)); sleep 0.5 2>/dev/null || sleep 1
done
set -- $s; echo $#`;
