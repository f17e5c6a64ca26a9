import { StreamUnpacker } from './streamUnpacker';
import { Lz4Unpacker } from './lz4Frame';
import type { ArchiveHeader } from '../reading';
import type { Fail, Sink, Unpacker } from './unpacking';

/** An unpacker for the archive's compression. */
export function unpackerFor(compression: ArchiveHeader['compression'], fail: Fail): Unpacker {
  if (compression === 'none') return new PlainUnpacker();
  return compression === 'lz4' ? new Lz4Unpacker(fail) : new StreamUnpacker(compression, fail);
}

class PlainUnpacker implements Unpacker {
  #sink: Sink | undefined;

  begin(sink: Sink): void {
    this.#sink = sink;
  }

  write(bytes: Buffer, view: DataView, from: number, to: number): Promise<void> | undefined {
    return this.#sink?.(bytes, view, from, to);
  }

  async end(): Promise<void> {
    this.#sink = undefined;
  }

  close(): void {
    this.#sink = undefined;
  }
}
