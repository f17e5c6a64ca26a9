import { spawn, type ChildProcessByStdio } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { once } from 'node:events';
import { AppError } from '../../src/core/base/errors';
import { assertBornSafe } from '../bornSafe';
import type { ExecOptions, ExecPlace, PodExec, ProcessEnd, Sink } from '../../src/core/exec/podExec';

export interface LocalExecOptions {
  /** Whose processes the "container" runs; PostgreSQL refuses root. */
  readonly uid?: number;
  readonly gid?: number;
  /** The container's environment: nothing of the test process gets in. */
  readonly env?: Readonly<Record<string, string>>;
  readonly place?: Partial<ExecPlace>;
}

/** What a `LocalExec` does to the next command whose joined argv holds `match`; used up by it. */
export interface LocalFault {
  readonly match?: string;
  /** the stream is lost after so many bytes of stdout (read) or stdin (feed): rejects with `exec.cut` */
  readonly cutAfterBytes?: number;
  /** the API server refuses: rejects with `exec.refused`, nothing is run */
  readonly refuse?: { readonly status: number; readonly message: string };
  /** the stream is lost before the command began: rejects with `exec.cut`, nothing is run */
  readonly cutAtStart?: boolean;
  /** the stream is lost after the command ended well: the work is done, the answer is not heard */
  readonly cutAtEnd?: boolean;
  /** rejects with this after the command ended well, as a mistake of our own would */
  readonly failAtEnd?: Error;
  /** the command ended well and says this: psql's 2 is a session whose server's answer it did not hear */
  readonly exitCode?: number;
}

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

/**
 * A `PodExec` that runs argv as a local child process in a process group of its own: resolves when the process ended and its last byte was
 * taken, with whatever exit code; on abort or fault the whole group is ended, first asked and then killed, as the dead-man switch does in a pod, and the call rejects.
 * It fails where an argv begins a session that is not born with its settings.
 */
export class LocalExec implements PodExec {
  readonly place: ExecPlace;
  /** Every argv that was run, in order. */
  readonly ran: (readonly string[])[] = [];
  readonly faults: LocalFault[] = [];

  constructor(private readonly options: LocalExecOptions = {}) {
    this.place = { namespace: 'local', pod: 'local-0', container: 'postgres', ...options.place };
  }

  async read(argv: readonly string[], sink: Sink, options: ExecOptions = {}): Promise<ProcessEnd> {
    const run = this.begin(argv, options, true);
    run.child.stdin.end();
    return run.finish(sink);
  }

  async feed(
    argv: readonly string[],
    source: Readable,
    length: number | undefined,
    options: ExecOptions & { readonly sink?: Sink } = {},
  ): Promise<ProcessEnd> {
    try {
      const run = this.begin(argv, options, false);
      void this.upload(run, source, length);
      const end = await run.finish(options.sink ?? (() => undefined));
      return { ...end, bytes: run.sent };
    } finally {
      source.destroy();
    }
  }

  private begin(argv: readonly string[], options: ExecOptions, cutsStdout: boolean): Run {
    const index = this.faults.findIndex((one) => one.match === undefined || argv.join(' ').includes(one.match));
    const fault = index < 0 ? undefined : this.faults.splice(index, 1)[0];
    if (options.signal?.aborted) throw new AppError('cancelled');
    if (fault?.refuse) throw new AppError('exec.refused', { ...fault.refuse });
    if (fault?.cutAtStart) throw new AppError('exec.cut', { bytes: 0, message: 'fault' });
    assertBornSafe(argv);
    this.ran.push(argv);
    const child = spawn(argv[0] ?? '', argv.slice(1), {
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: true,
      cwd: '/',
      env: { PATH: '/usr/local/bin:/usr/bin:/bin', ...this.options.env },
      ...(this.options.uid === undefined ? {} : { uid: this.options.uid }),
      ...(this.options.gid === undefined ? {} : { gid: this.options.gid }),
    });
    return new Run(child, options, fault, cutsStdout);
  }

  private async upload(run: Run, source: Readable, known: number | undefined): Promise<void> {
    const length = known ?? Number.POSITIVE_INFINITY;
    const limit = run.fault?.cutAfterBytes;
    run.child.stdin.on('error', () => undefined);
    try {
      for await (const piece of source) {
        const chunk = (piece as Buffer).subarray(0, length - run.sent);
        if (limit !== undefined && run.sent + chunk.length > limit) return run.cut();
        if (run.ended) break;
        run.sent += chunk.length;
        if (!run.child.stdin.write(chunk)) await run.drained();
        if (run.sent >= length) break;
      }
    } catch (error) {
      run.fail(error);
    }
    // as in a pod: whoever is to know the end waits for it
    if (known === undefined) return;
    if (run.sent < known && !run.ended) run.fail(new Error(`the source ended after ${run.sent} of ${known} bytes`));
    run.child.stdin.end();
  }
}

class Run {
  ended = false;
  /** bytes that its stdin was given */
  sent = 0;
  readonly closed: Promise<void>;
  private isEnding = false;
  private exitCode = 0;
  private failure: unknown;
  private bytes = 0;
  private stderr = '';
  private line = '';

  constructor(
    readonly child: Child,
    private readonly options: ExecOptions,
    readonly fault: LocalFault | undefined,
    private readonly cutsStdout: boolean,
  ) {
    this.closed = new Promise((resolve) => {
      child.on('error', (error) => {
        this.failure ??= new AppError('exec.refused', { status: 0, message: error.message });
        this.ended = true;
        resolve();
      });
      child.on('close', (code, signal) => {
        this.exitCode = code ?? 128 + (signal === 'SIGKILL' ? 9 : 15);
        this.ended = true;
        resolve();
      });
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => this.takeStderr(text));
  }

  async finish(sink: Sink): Promise<ProcessEnd> {
    const abort = (): void => this.fail(new AppError('cancelled'));
    this.options.signal?.addEventListener('abort', abort, { once: true });
    try {
      for await (const piece of this.child.stdout) {
        const chunk = piece as Buffer;
        if (this.overLimit(chunk.length)) this.cut();
        if (this.failure !== undefined) continue;
        this.bytes += chunk.length;
        await sink(chunk);
      }
    } catch (error) {
      this.fail(error);
    }
    await this.closed;
    this.options.signal?.removeEventListener('abort', abort);
    if (this.line !== '') this.options.onStderrLine?.(this.line);
    if (this.fault?.cutAtEnd) this.cut();
    if (this.fault?.failAtEnd) this.fail(this.fault.failAtEnd);
    if (this.failure !== undefined) throw this.failure as Error;
    const exitCode = this.fault?.exitCode ?? this.exitCode;
    return { exitCode, stderr: this.stderr.slice(-65536), bytes: this.bytes };
  }

  /** Resolves when stdin takes more, or never will. */
  async drained(): Promise<void> {
    await Promise.race([once(this.child.stdin, 'drain').catch(() => undefined), this.closed]);
  }

  cut(): void {
    this.fail(new AppError('exec.cut', { bytes: this.bytes, message: 'fault' }));
  }

  fail(error: unknown): void {
    this.failure ??= error;
    if (this.isEnding) return;
    this.isEnding = true;
    this.end('SIGINT');
    for (const [signal, ms] of [
      ['SIGTERM', 300],
      ['SIGKILL', 2500],
    ] as const)
      setTimeout(() => this.end(signal), ms).unref();
  }

  private end(signal: 'SIGINT' | 'SIGTERM' | 'SIGKILL'): void {
    if (this.ended || this.child.pid === undefined) return;
    try {
      process.kill(-this.child.pid, signal);
    } catch {
      this.child.kill(signal);
    }
  }

  private overLimit(more: number): boolean {
    const limit = this.fault?.cutAfterBytes;
    return this.cutsStdout && limit !== undefined && this.bytes + more > limit;
  }

  private takeStderr(text: string): void {
    this.stderr = (this.stderr + text).slice(-131072);
    const lines = (this.line + text).split('\n');
    this.line = lines.pop() ?? '';
    for (const line of lines) this.options.onStderrLine?.(line);
  }
}
