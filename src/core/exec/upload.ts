import type { Readable } from 'node:stream';
import { AppError } from '../base/errors';
import { frameBytes, type ExecSocket } from './execSocket';

/** The stdin of one command: exactly `length` bytes of a source, then the word that they are all. Without a length the source's end is nobody's to tell. */
export class Upload {
  /** Bytes taken from the source and sent. */
  sent = 0;
  readonly #source: Readable;
  readonly #length: number | undefined;

  constructor(source: Readable, length: number | undefined) {
    this.#source = source;
    this.#length = length;
  }

  get isComplete(): boolean {
    return this.sent === this.#length;
  }

  /**
   * Sends until the source has ended or `isOver` says that nobody reads any more. Rejects with what the source threw,
   * and with `internal` where it has not exactly the promised number of bytes: the end is then never announced.
   */
  async run(socket: ExecSocket, isOver: () => boolean): Promise<void> {
    for await (const chunk of this.#source as AsyncIterable<Buffer | string>) {
      const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
      if (this.#length !== undefined && this.sent + bytes.length > this.#length) throw this.#wrongLength('more');
      for (let at = 0; at < bytes.length; at += frameBytes) {
        if (isOver()) return;
        const frame = bytes.subarray(at, at + frameBytes);
        await socket.send(frame);
        this.sent += frame.length;
      }
    }
    if (this.#length !== undefined && !this.isComplete && !isOver()) throw this.#wrongLength(`${this.sent}`);
  }

  #wrongLength(found: string): AppError {
    return new AppError('internal', { message: `a source of ${this.#length} bytes had ${found}` });
  }
}
