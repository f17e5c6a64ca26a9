/**
 * The argv that runs `argv` in a pod so that its end is proven: stdout, then `\n<nonce> <exit code>\n`, then the
 * wrapper waits for the line `A<nonce>` on stdin before it ends. The end of stdin without that line ends the command.
 * A NUL on stderr every `heartbeatSeconds` (whole seconds) shows that it is alive.
 */
export function readCommand(nonce: string, heartbeatSeconds: number, argv: readonly string[]): string[] {
  return inOwnGroup(readScript, [nonce, String(heartbeatSeconds), ...argv]);
}

/**
 * As `readCommand`, and the command's stdin is exactly the first `length` bytes of ours. It sees the end of its input
 * only after the line `E<nonce>` followed them: an upload that was cut never looks like one that is complete. With no `length` all that comes is its stdin, and its end is for the
 * command to know: it sees none.
 */
export function feedCommand(
  nonce: string,
  heartbeatSeconds: number,
  length: number | undefined,
  argv: readonly string[],
): string[] {
  return inOwnGroup(feedScript, [nonce, String(heartbeatSeconds), length === undefined ? '' : String(length), ...argv]);
}

function inOwnGroup(script: string, args: readonly string[]): string[] {
  const lead = 'kill -0 "-$$" 2>/dev/null || exec setsid sh -c "$0" "$@"; exec sh -c "$0" "$@"';
  return ['sh', '-c', lead, script, 'db-ferry', ...args];
}

/*
 * Process 1 of the container is usually the postmaster. It inherits orphans, and an orphan that dies by a signal is to
 * it a crashed backend: it ends every session and recovers. So nothing here is ever left without a parent while it
 * can still be killed: each shell catches TERM, outlives its children and reaps them. There is no KILL for the group
 * for the same reason; only the command itself gets one, from its parent, when TERM did not do.
 *
 * A container runtime that dies leaves our stdin open. USR1 is then the end of the client (`endProcesses`), caught by the shells that read, and by
 * nobody else.
 */

/**
 * Tells that we live. It is deaf to the signals of the group and ended by KILL, from its parent: a shell that was just
 * forked loses a TERM. What it leaves is a `sleep` of a second that holds none of our streams and ends by itself.
 */
const heartbeat = `( trap '' INT TERM; i=0; while sleep 1 4>&-; do
i=$((i + 1)); [ $((i % hb)) -eq 0 ] && printf '\\0' >&4; done ) 4>&2 >/dev/null 2>&1 3<&- & h=$!
`;

/**
 * Ends the group. INT comes first: psql then cancels its statement in the server, which TERM would leave running.
 * TERM twice: a shell between fork and exec can miss one.
 */
const endGroup = 'kill -INT "-$$"; sleep 0.3 || sleep 1; kill -TERM "-$$"; sleep 1; kill -TERM "-$$"';

/** TERM reaches the command with the group; here is the KILL for one that does not care. */
const onTerm = `trap : INT; trap '[ "$k" ] || { ( trap "" TERM; sleep 2; kill -KILL "$c" ) >/dev/null 2>&1 3<&- & k=$!; }' TERM`;

/**
 * `wait` also returns when a signal comes; the command has ended when it can no longer be signalled. The trailer is for a client that is there:
 * a stdout that nobody reads would hold a shell that prints it for ever, so none is printed after TERM, and one that is being printed dies of it.
 */
const awaitCommand = `while wait "$c"; r=$?; kill -0 "$c" 2>/dev/null; do :; done
if [ "$k" ]; then { kill -KILL "$k"; wait "$k"; } 2>/dev/null
else ( printf '\\n%s %03d\\n' "$n" "$r" ); fi`;

/**
 * Not a plain `wait`: bash's returns at once, for ever, after a signal. The redirection is for this block alone:
 * containerd closes our stdin when nobody holds stderr any more, and that would look like the end of the client.
 */
function endHelpers(pids: string): string {
  return `{ kill -KILL "$h"; for p in ${pids}; do while kill -0 "$p"; do wait "$p"; done; done; } 2>/dev/null
exit 0`;
}

/** One pass of dd gathers a dump's small writes: twice the throughput. Only where dd can do it without losing a byte. */
const readScript = `n=$1 hb=$2 k=; shift 2
b=cat; dd bs=1M count=0 iflag=fullblock </dev/null >/dev/null 2>&1 && b='dd bs=1M iflag=fullblock'
trap : INT TERM
exec 3<&0 </dev/null
( trap : INT TERM USR1; while read -r a <&3; do [ "$a" = "A$n" ] && exit; done; ${endGroup} ) >/dev/null 2>&1 & w=$!
${heartbeat}{ ${onTerm}
"$@" 3<&- & c=$!
${awaitCommand}; } | $b 2>/dev/null 3<&-
${endHelpers('"$h" "$w"')}`;

/**
 * Descriptor 4 carries the input past the shell's rule that a background command reads from /dev/null. When the
 * command ends before its input does, `sed` finds the acknowledgement behind megabytes faster than `read` would.
 */
const feedScript = `n=$1 hb=$2 len=$3 k=; shift 3
trap : INT TERM
exec 3<&0 </dev/null
${heartbeat}{ u=; trap : INT TERM; trap u=1 USR1
if [ "$len" ]; then head -c "$len"; else cat; fi <&3 2>/dev/null || [ "$u" ] || { a=$(LC_ALL=C sed -n "/^A$n\\$/{p;q;}" <&3 2>/dev/null); [ "$a" ] && exit; }
while [ -z "$u" ] && read -r a <&3; do case $a in "E$n") exec >/dev/null;; "A$n") exit;; esac; done
exec 2>/dev/null; ${endGroup}; } | { ${onTerm}
exec 4<&0 </dev/null 3<&-
"$@" <&4 4<&- & c=$!
exec 4<&-
${awaitCommand}; }
${endHelpers('"$h"')}`;
