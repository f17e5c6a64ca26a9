import type { Sink } from './podExec';

const pauseAt = 1024 * 1024;
const resumeAt = 256 * 1024;

/** Hands chunks to a sink one at a time and tells the source when to stop and go on. */
export class SinkPump {
  /** Bytes the sink has taken. */
  delivered = 0;
  readonly #sink: Sink;
  readonly #flow: { pause(): void; resume(): void; failed(error: unknown): void; idle(): void };
  readonly #queue: Buffer[] = [];
  #queued = 0;
  #running = false;
  #stopped = false;

  /** `failed` is called at most once, with what the sink threw; nothing is delivered after it. */
  constructor(sink: Sink, flow: { pause(): void; resume(): void; failed(error: unknown): void; idle(): void }) {
    this.#sink = sink;
    this.#flow = flow;
  }

  /** The sink has taken everything so far. */
  get isIdle(): boolean {
    return !this.#running;
  }

  push(chunk: Buffer): void {
    if (chunk.length === 0 || this.#stopped) return;
    this.#queue.push(chunk);
    this.#queued += chunk.length;
    if (this.#queued >= pauseAt) this.#flow.pause();
    if (!this.#running) void this.#drain();
  }

  /** Drops what is queued; the sink is not called again. */
  stop(): void {
    this.#stopped = true;
    this.#queue.length = 0;
  }

  async #drain(): Promise<void> {
    this.#running = true;
    try {
      for (let chunk = this.#queue.shift(); chunk !== undefined; chunk = this.#queue.shift()) {
        const pending = this.#sink(chunk);
        if (pending !== undefined) await pending;
        this.delivered += chunk.length;
        this.#queued -= chunk.length;
        if (this.#queued <= resumeAt) this.#flow.resume();
      }
    } catch (error) {
      this.stop();
      this.#flow.failed(error);
    } finally {
      this.#running = false;
    }
    if (!this.#stopped) this.#flow.idle();
  }
}
