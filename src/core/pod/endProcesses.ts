import { capture, type PodExec } from '../exec/podExec';

/**
 * Ends the commands in the pod whose sessions would carry this application_name, or one that begins with it, and what runs around them. There are some
 * only where the container runtime died: it leaves their stdin open, and they wait for it without end. Returns how many process groups stayed, after about ten
 * seconds. Throws `exec.*`.
 */
export async function endProcesses(exec: PodExec, application: string, signal?: AbortSignal): Promise<number> {
  const end = await capture(exec, ['sh', '-c', script, 'db-ferry', application], signal ? { signal } : {});
  return Number(end.stdout.trim() || 0);
}

/**
 * They are found by their arguments, which is where `PGAPPNAME` is set; the brackets keep this script from finding itself. Asked by TERM until
 * they are gone, since each of the shells around a command only goes on to the next thing then; never by KILL (see `wrapper`).
 */
const script = `left() { for f in $(grep -ls "PGAPPNAM[E]=$1" /proc/[0-9]*/cmdline 2>/dev/null); do
read -r s <"\${f%cmdline}stat" && set -- \${s##*) } && echo "$3"; done 2>/dev/null | sort -u; }
i=0; while g=$(left "$1"); [ "$g" ] && [ $i -lt 20 ]; do
for p in $g; do kill -TERM "-$p"; done 2>/dev/null
i=$((i + 1)); sleep 0.5 2>/dev/null || sleep 1
done
set -- $g; echo $#`;
