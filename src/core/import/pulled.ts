import { once } from 'node:events';
import { PassThrough } from 'node:stream';

/** What `write` hands out, for who pulls it. Whatever it throws comes out of the pull that waits; who stops pulling stops it, too: its next piece is refused. */
export async function* pulled(
  write: (take: (bytes: Buffer) => Promise<void>) => Promise<void>,
): AsyncGenerator<Buffer, void, undefined> {
  const between = new PassThrough({ highWaterMark: 1 << 20 });
  const gone = new AbortController();
  between.once('close', () => gone.abort());
  const take = async (bytes: Buffer): Promise<void> => {
    gone.signal.throwIfAborted();
    if (!between.write(bytes)) await once(between, 'drain', { signal: gone.signal });
  };
  const writing = write(take).then(
    () => between.end(),
    (error: unknown) => between.destroy(error instanceof Error ? error : new Error(String(error))),
  );
  try {
    for await (const piece of between) yield piece as Buffer;
    await writing;
  } finally {
    between.destroy();
    // what it was busy with ends before who pulled goes on
    await writing;
  }
}
