import type { Readable } from 'node:stream';
import { AppError } from '../base/errors';
import type { ExecSocket, SocketEnd, SocketEvents } from './execSocket';
import type { ProcessEnd, Sink } from './podExec';
import { SinkPump } from './sinkPump';
import { StderrReader } from './stderr';
import { TrailerMatcher } from './trailer';
import { Upload } from './upload';
import { serverMessage } from '../base/said/serverMessage';

const closeWaitMs = 30_000;

export interface SessionOptions {
  readonly stallSeconds: number;
  readonly onStderrLine?: (line: string) => void;
}

/**
 * One command from its start to its proven end. It ends well only when the trailer came after the last byte and the
 * sink has taken that byte; only then it is acknowledged. Everything else ends the connection, and with it the command.
 */
export class ExecSession implements SocketEvents {
  readonly #nonce: string;
  readonly #options: SessionOptions;
  readonly #trailer: TrailerMatcher;
  readonly #stderr: StderrReader;
  readonly #pump: SinkPump;
  readonly #failure = deferred<never>();
  readonly #whole = deferred<number>();
  readonly #gone = deferred<undefined>();
  readonly #timers = new Set<NodeJS.Timeout>();
  #socket: ExecSocket | undefined;
  #signal: AbortSignal | undefined;
  #isWhole = false;
  #isOver = false;

  constructor(nonce: string, sink: Sink, options: SessionOptions) {
    this.#nonce = nonce;
    this.#options = options;
    this.#trailer = new TrailerMatcher(nonce);
    this.#stderr = new StderrReader(options.onStderrLine);
    this.#pump = new SinkPump(sink, {
      pause: () => this.#socket?.pause(),
      resume: () => this.#socket?.resume(),
      failed: (error) => this.#fail(error),
      idle: () => this.#checkEnd(),
    });
  }

  /** Takes over an open connection whose events already come here. */
  start(socket: ExecSocket, signal?: AbortSignal): void {
    this.#socket = socket;
    this.#signal = signal;
    signal?.addEventListener('abort', this.#cancel, { once: true });
    if (signal?.aborted === true) this.#cancel();
    const { stallSeconds } = this.#options;
    this.#repeat([Math.min(5000, stallSeconds * 250)], () => {
      if (this.#trailer.exitCode !== undefined || socket.silentSeconds < stallSeconds) return;
      this.#fail(new AppError('exec.stalled', { seconds: stallSeconds }));
    });
  }

  /** Waits for the end of a command that reads nothing; rejects as `PodExec` says. */
  async read(): Promise<ProcessEnd> {
    return this.#finish();
  }

  /** Feeds the command and waits for its end. `bytes` of the result is what was sent. */
  async feed(source: Readable, length: number | undefined): Promise<ProcessEnd> {
    const upload = new Upload(source, length);
    const socket = this.#socket;
    if (socket === undefined) throw new AppError('internal', { message: 'not started' });
    upload
      .run(socket, () => this.#isOver || this.#trailer.exitCode !== undefined)
      .then(() => upload.isComplete && this.#announceEnd())
      .catch((error: unknown) => this.#fail(error));
    const end = await this.#finish(() => {
      // a `head` or `cat` that still waits for input takes the first acknowledgement for it
      if (!upload.isComplete) this.#repeat([100, 400, 1000, 2000], () => this.#say('A'));
    });
    return { ...end, bytes: upload.sent };
  }

  stdout(chunk: Buffer): void {
    if (this.#isWhole) {
      const message = 'the command wrote on after its end';
      this.#fail(new AppError('exec.cut', { bytes: this.#pump.delivered, message }));
      return;
    }
    this.#pump.push(this.#trailer.push(chunk));
    this.#checkEnd();
  }

  stderr(chunk: Buffer): void {
    try {
      this.#stderr.push(chunk);
    } catch (error) {
      this.#fail(error);
    }
  }

  closed(end: SocketEnd): void {
    this.#gone.resolve(undefined);
    if (this.#trailer.exitCode === undefined) this.#fail(this.#cutError(end));
  }

  async #finish(acknowledged?: () => void): Promise<ProcessEnd> {
    try {
      const exitCode = await Promise.race([this.#whole.promise, this.#failure.promise]);
      this.#say('A');
      acknowledged?.();
      const waited = deferred<undefined>();
      this.#repeat([closeWaitMs], () => waited.resolve(undefined));
      await Promise.race([this.#gone.promise, waited.promise, this.#failure.promise]);
      this.#stderr.end();
      return { exitCode, stderr: this.#stderr.tail, bytes: this.#pump.delivered };
    } finally {
      this.#release();
    }
  }

  #checkEnd(): void {
    const exitCode = this.#trailer.exitCode;
    if (exitCode === undefined || !this.#pump.isIdle) return;
    this.#isWhole = true;
    this.#whole.resolve(exitCode);
  }

  /** Said again since busybox's `head` may swallow what follows its last byte. */
  #announceEnd(): void {
    this.#say('E');
    this.#repeat([50, 100, 200, 500, 1000, 2000], () => {
      if (this.#trailer.exitCode === undefined) this.#say('E');
    });
  }

  #say(word: 'A' | 'E'): void {
    void this.#socket?.send(Buffer.from(`\n${word}${this.#nonce}\n`, 'latin1'));
  }

  /** Calls `action` after each of the delays, the last one again and again, until the session is over. */
  #repeat(delaysMs: readonly number[], action: () => void): void {
    if (this.#isOver) return;
    const [delay = 0, ...rest] = delaysMs;
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.#repeat(rest.length > 0 ? rest : delaysMs, action);
      action();
    }, delay);
    this.#timers.add(timer);
  }

  readonly #cancel = (): void => this.#fail(new AppError('cancelled'));

  #fail(error: unknown): void {
    if (this.#isOver) return;
    this.#failure.reject(error);
    this.#release();
  }

  #release(): void {
    this.#isOver = true;
    this.#pump.stop();
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    this.#signal?.removeEventListener('abort', this.#cancel);
    this.#socket?.terminate();
  }

  #cutError({ code, status, error }: SocketEnd): AppError {
    const message = status?.message ?? error?.message ?? `connection closed (${code})`;
    if (this.#pump.delivered === 0 && isMissingShell(status?.message)) return new AppError('exec.noShell', { message });
    const { tail } = this.#stderr;
    const stderr = serverMessage(tail, { cut: tail.length > 16_000 }).slice(-1000);
    return new AppError('exec.cut', { bytes: this.#pump.delivered, message, ...(stderr === '' ? {} : { stderr }) });
  }
}

function isMissingShell(message = ''): boolean {
  return /"sh"|\bsh:/.test(message) && /not found|no such file/i.test(message);
}

interface Deferred<T> {
  readonly promise: Promise<T>;
  readonly resolve: (value: T) => void;
  readonly reject: (error: unknown) => void;
}

/** A rejection that nobody awaits is not an uncaught one: it is kept for whoever asks. */
function deferred<T>(): Deferred<T> {
  let resolve: (value: T) => void = () => undefined;
  let reject: (error: unknown) => void = () => undefined;
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  promise.catch(() => undefined);
  return { promise, resolve, reject };
}
