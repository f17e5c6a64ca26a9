import type { Readable } from 'node:stream';
import { AppError } from '../base/errors';

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
 * Both calls resolve only when the trailer with the exit code arrived after the last byte, whatever
 * the exit code is. They reject with `exec.cut`, `exec.stalled`, `exec.refused`, `exec.noShell`, `cluster.*`, or
 * `cancelled`; then the process group in the pod has been told to end (dead-man switch) and the sink may hold a part.
 */
export interface PodExec {
  readonly place: ExecPlace;
  /** Runs `argv`, delivers its stdout to `sink`. The acknowledgement is sent after the sink took the last byte. */
  read(argv: readonly string[], sink: Sink, options?: ExecOptions): Promise<ProcessEnd>;
  /**
   * Runs `argv` with exactly `length` bytes of `source` as its stdin. Its stdout goes to `options.sink` (default:
   * dropped). A command that ends early ends the upload; `source` is destroyed in every case. With no `length`, of which nobody knows it yet, all of `source` is its stdin, and the command must know by itself
   * where that ends: it waits for more for ever otherwise, and says nothing of what it did not read.
   */
  feed(
    argv: readonly string[],
    source: Readable,
    length: number | undefined,
    options?: ExecOptions & { readonly sink?: Sink },
  ): Promise<ProcessEnd>;
}

/** What a captured answer may hold: 50,000 tables with all that is asked about them are a quarter of it. */
const mostCaptured = 64 * 1024 * 1024;

/**
 * Runs `argv` and returns its whole stdout, as UTF-8 or as `decode` reads it; for small answers. Exit codes other than 0 are returned, not thrown. Throws `exec.tooMuch` as soon
 * as more than `most` bytes came (default 64 MiB): the command is ended then.
 */
export async function capture(
  exec: PodExec,
  argv: readonly string[],
  options: ExecOptions & {
    readonly input?: string;
    readonly most?: number;
    readonly decode?: (bytes: Buffer) => string;
  } = {},
): Promise<ProcessEnd & { stdout: string }> {
  const { input, most, decode = (bytes: Buffer) => bytes.toString('utf8'), ...rest } = options;
  const { sink, bytes: taken } = collect(argv, most);
  let end: ProcessEnd;
  if (input === undefined) end = await exec.read(argv, sink, rest);
  else {
    const { Readable: NodeReadable } = await import('node:stream');
    const bytes = Buffer.from(input, 'utf8');
    end = await exec.feed(argv, NodeReadable.from([bytes]), bytes.length, { ...rest, sink });
  }
  return { ...end, stdout: decode(taken()) };
}

/** A sink that keeps what it takes, and what it has kept. It throws `exec.tooMuch` at more than `most` bytes (default 64 MiB), which ends the command `argv`. */
export function collect(
  argv: readonly string[],
  most = mostCaptured,
): { readonly sink: Sink; readonly bytes: () => Buffer } {
  const chunks: Buffer[] = [];
  let length = 0;
  return {
    sink: (chunk) => {
      length += chunk.length;
      if (length > most) throw new AppError('exec.tooMuch', { bytes: most, tool: toolName(argv) });
      chunks.push(chunk);
    },
    bytes: () => Buffer.concat(chunks),
  };
}

/** The program among the words of a command. */
function toolName(argv: readonly string[]): string {
  const tools = argv.map((word) => word.split('/').at(-1) ?? '');
  return tools.find((name) => /^(psql|pg_\w+)$/.test(name)) ?? tools[0] ?? '';
}
