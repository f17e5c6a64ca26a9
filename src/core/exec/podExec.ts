import type { Readable } from 'node:stream';

/** A container that commands run in. */
export interface ExecPlace {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
}

export interface ExecOptions {
  readonly signal?: AbortSignal;
  /** Lines of stderr as they come, heartbeats removed (pg_dump -v, pg_restore -v). */
  readonly onStderrLine?: (line: string) => void;
}

/** How a command ended that ran to its end: proven by the trailer, never by the API server's status. */
export interface ProcessEnd {
  readonly exitCode: number;
  /** The last 64 KiB of stderr, heartbeats removed. */
  readonly stderr: string;
  /** Bytes of stdout delivered to the sink (read) or accepted from the source (feed). */
  readonly bytes: number;
}

/** Takes stdout in order. Awaited: while it is pending the socket is paused. The buffer is the sink's to keep. */
export type Sink = (chunk: Buffer) => void | Promise<void>;

/**
 * Runs commands in one container. Arguments are arrays, never shell strings, and never hold a secret.
 *
 * Both calls resolve only when the trailer with the exit code arrived after the last byte (DESIGN section 3), whatever
 * the exit code is. They reject with `exec.cut`, `exec.stalled`, `exec.refused`, `exec.noShell`, `cluster.*`, or
 * `cancelled`; then the process group in the pod has been told to end (dead-man switch) and the sink may hold a part.
 */
export interface PodExec {
  readonly place: ExecPlace;
  /** Runs `argv`, delivers its stdout to `sink`. The acknowledgement is sent after the sink took the last byte. */
  read(argv: readonly string[], sink: Sink, options?: ExecOptions): Promise<ProcessEnd>;
  /**
   * Runs `argv` with exactly `length` bytes of `source` as its stdin. Its stdout goes to `options.sink` (default:
   * dropped). A command that ends early ends the upload; `source` is destroyed in every case.
   */
  feed(
    argv: readonly string[],
    source: Readable,
    length: number,
    options?: ExecOptions & { readonly sink?: Sink },
  ): Promise<ProcessEnd>;
}

/** Runs `argv` and returns its whole stdout as UTF-8; for small answers. Exit codes other than 0 are returned, not thrown. */
export async function capture(
  exec: PodExec,
  argv: readonly string[],
  options: ExecOptions & { readonly input?: string } = {},
): Promise<ProcessEnd & { stdout: string }> {
  const chunks: Buffer[] = [];
  const sink: Sink = (chunk) => void chunks.push(chunk);
  const { input, ...rest } = options;
  let end: ProcessEnd;
  if (input === undefined) end = await exec.read(argv, sink, rest);
  else {
    const { Readable: NodeReadable } = await import('node:stream');
    const bytes = Buffer.from(input, 'utf8');
    end = await exec.feed(argv, NodeReadable.from([bytes]), bytes.length, { ...rest, sink });
  }
  return { ...end, stdout: Buffer.concat(chunks).toString('utf8') };
}
