import { StringDecoder } from 'node:string_decoder';

const tailBytes = 64 * 1024;

/** A command's stderr without the heartbeats: lines as they come, and the last 64 KiB of it. */
export class StderrReader {
  readonly #decoder = new StringDecoder('utf8');
  readonly #onLine: ((line: string) => void) | undefined;
  #line = '';
  #tail: Buffer[] = [];
  #tailLength = 0;

  constructor(onLine?: (line: string) => void) {
    this.#onLine = onLine;
  }

  /** Takes the next bytes of the channel; a NUL is a heartbeat wherever it stands, also inside a character. */
  push(chunk: Buffer): void {
    const text = chunk.includes(0) ? Buffer.from(chunk.filter((byte) => byte !== 0)) : chunk;
    if (text.length === 0) return;
    this.#keep(text);
    if (this.#onLine) this.#split(this.#decoder.write(text));
  }

  /** Delivers a last line that has no end. */
  end(): void {
    if (!this.#onLine) return;
    this.#split(this.#decoder.end());
    if (this.#line !== '') this.#onLine(this.#line);
    this.#line = '';
  }

  /** The last 64 KiB as text. */
  get tail(): string {
    const bytes = Buffer.concat(this.#tail).subarray(-tailBytes);
    let start = 0;
    if (this.#tailLength > tailBytes) while (start < 4 && ((bytes[start] ?? 0) & 0xc0) === 0x80) start++;
    return bytes.toString('utf8', start);
  }

  #keep(text: Buffer): void {
    this.#tail.push(Buffer.from(text));
    this.#tailLength += text.length;
    if (this.#tailLength <= 2 * tailBytes) return;
    const bytes = Buffer.from(Buffer.concat(this.#tail).subarray(-tailBytes - 4));
    this.#tail = [bytes];
    this.#tailLength = bytes.length;
  }

  #split(text: string): void {
    const lines = (this.#line + text).split('\n');
    const rest = lines.pop() ?? '';
    for (const line of lines) this.#onLine?.(line);
    // a line without end must not fill the memory
    this.#line = rest.length > tailBytes ? rest.slice(-tailBytes) : rest;
  }
}
