import { once } from 'node:events';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PodExec } from './podExec';

/** True for a pace that can be kept to: 1 MB to 10 GB a second, in bytes. */
export function isGentleRate(bytesPerSecond: number): boolean {
  return bytesPerSecond >= 1e6 && bytesPerSecond <= 1e10;
}

/**
 * The same exec for hours in which others need the server: pg_dump and pg_restore run with the lowest priority where the pod has `nice`, and their
 * streams keep to `bytesPerSecond`, all of them together. Everything else, such as the SQL of a swap, goes as fast as ever.
 */
export function gentleExec(exec: PodExec, bytesPerSecond: number): PodExec {
  const pace = new Pace(bytesPerSecond);
  return {
    place: exec.place,
    async read(argv, sink, options) {
      if (!isHeavy(argv)) return exec.read(argv, sink, options);
      const paced = async (chunk: Buffer): Promise<void> => {
        await pace.take(chunk.length);
        await sink(chunk);
      };
      return exec.read(niced(argv), paced, options);
    },
    async feed(argv, source, length, options) {
      if (!isHeavy(argv)) return exec.feed(argv, source, length, options);
      const paced = Readable.from(pacing(source, pace), { objectMode: false });
      try {
        return await exec.feed(niced(argv), paced, length, options);
      } finally {
        source.destroy();
        if (!source.closed) await once(source, 'close').catch(() => undefined);
      }
    },
  };
}

function isHeavy(argv: readonly string[]): boolean {
  return argv.some((word) => /(^|\/)pg_(dump|restore)$/.test(word));
}

function niced(argv: readonly string[]): string[] {
  return ['sh', '-c', 'command -v nice >/dev/null && exec nice -n 19 "$@"; exec "$@"', 'gentle', ...argv];
}

async function* pacing(source: Readable, pace: Pace): AsyncGenerator<Buffer> {
  for await (const chunk of source) {
    const bytes = chunk as Buffer;
    await pace.take(bytes.length);
    yield bytes;
  }
}

/** Hands out bytes so that no more than a rate go through; what was not used in a moment is not saved up. */
class Pace {
  private free = 0;

  constructor(private readonly bytesPerSecond: number) {}

  async take(bytes: number): Promise<void> {
    const now = Date.now();
    this.free = Math.max(now, this.free) + (bytes / this.bytesPerSecond) * 1000;
    // a timer is not exact: what is shorter than one is made up for by the next wait
    if (this.free - now > 20) await sleep(this.free - now);
  }
}
