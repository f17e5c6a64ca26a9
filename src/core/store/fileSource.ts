import { AppError } from '../base/errors';
import { openSafely, refused, type SafeOpen } from '../base/safeFile';
import { rangeWithin, type ByteSource } from './byteSource';

/**
 * A file as a source of bytes, opened as `openSafely` does. Every read opens it anew and must find the very file that was there when the source was made. Throws what `openSafely` throws.
 */
export async function fileSource(named: string, options: SafeOpen = {}): Promise<ByteSource> {
  const first = await openSafely(named, options);
  let size: number;
  let identity: string;
  try {
    const found = await first.stat({ bigint: true });
    size = Number(found.size);
    identity = `${found.dev} ${found.ino}`;
  } finally {
    await first.close();
  }
  const again = async (): ReturnType<typeof openSafely> => {
    const handle = await openSafely(named, options);
    const found = await handle.stat({ bigint: true });
    if (`${found.dev} ${found.ino}` === identity) return handle;
    await handle.close();
    throw refused(named, 'replaced');
  };
  return {
    name: named,
    size,
    async *read({ piece = 1 << 20, signal, ...range } = {}) {
      const { from, to } = rangeWithin(size, range);
      const handle = await again();
      try {
        for (let at = from; at < to;) {
          signal?.throwIfAborted();
          const wanted = Math.min(piece, to - at);
          const { buffer, bytesRead } = await handle.read(Buffer.allocUnsafe(wanted), 0, wanted, at);
          if (bytesRead === 0) throw new AppError('store.cut', { name: named, at, size });
          at += bytesRead;
          yield buffer.subarray(0, bytesRead);
        }
      } finally {
        await handle.close();
      }
    },
    async cursor() {
      const handle = await again();
      return {
        async read(buffer, from) {
          let filled = 0;
          while (filled < buffer.length) {
            const { bytesRead } = await handle.read(buffer, filled, buffer.length - filled, from + filled);
            if (bytesRead === 0) break;
            filled += bytesRead;
          }
          return filled;
        },
        close: async () => handle.close(),
      };
    },
  };
}
