import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { AppError } from '../errors';
import type { Work } from '../progress';
import { readTableOfContents } from '../postgres/archive/readTableOfContents';
import type { PlacedBlock } from '../postgres/archive/skimArchive';
import { splitArchive, type ArchivePart } from '../postgres/archive/splitArchive';
import { indexesCommand, restoreCommand } from '../postgres/restoreCommand';
import type { Workplace } from './databaseRow';
import { RestoreProgress, RestoreWords } from './restoreProgress';
import { applicationOf } from './sideDatabase';
import { targetRoom, watchTarget } from './targetDisk';

export interface RestoreInput {
  /** the archive, and its size in bytes */
  readonly file: string;
  readonly bytes: number;
  /** where its data blocks stand; without them it goes in one stream */
  readonly blocks?: readonly PlacedBlock[];
  /** how many streams at most: see `chooseStreams` */
  readonly streams: number;
  /** the database it goes into */
  readonly into: string;
  readonly noOwner: boolean;
  readonly job: string;
  /** names the target in errors */
  readonly reference: string;
}

/**
 * Streams an archive into a database with the pod's own pg_restore, which stops at the first error; watches the target's disk meanwhile. Several
 * streams share the rows, and as many sessions what comes after them; the first that fails ends the others.
 * Resolves only when every pg_restore ended with 0 behind its last byte. Throws `exec.failed` with pg_restore's words, `disk.targetFull`,
 * `cancelled`, and what the exec throws; the database then holds a part.
 */
export async function restoreIn(server: Workplace, input: RestoreInput, work: Work): Promise<void> {
  work.report({ type: 'phase', phase: 'restore' });
  const stop = new AbortController();
  const abort = (): void => stop.abort(new AppError('cancelled'));
  work.signal.addEventListener('abort', abort, { once: true });
  if (work.signal.aborted) abort();
  const room = await targetRoom(server, stop.signal);
  const unwatch = room && watchTarget(server, room.folder, input.reference, (error) => stop.abort(error));
  try {
    await new Restoring(server, input, work, stop).run();
  } catch (error) {
    if (stop.signal.aborted && stop.signal.reason instanceof Error) throw stop.signal.reason;
    throw error;
  } finally {
    unwatch?.();
    work.signal.removeEventListener('abort', abort);
  }
}

/** How many streams pay: one for each core that the pod has, and each with a share that is worth its start. */
export function chooseStreams(cores: number, bytes: number, most = mostStreams): number {
  return Math.max(1, Math.min(cores, Math.floor(bytes / leastShare), most, mostStreams));
}

/** the side database lets in one session more */
const mostStreams = 4;
const leastShare = 4_000_000;
/** bytes of a table of contents that every stream gets a part of, and that lies in the pod while indexes are made */
const longestToc = 16_000_000;

/** One archive on its way. */
class Restoring {
  private readonly progress: RestoreProgress;
  private readonly options: { readonly application: string; readonly noOwner: boolean };

  constructor(
    private readonly server: Workplace,
    private readonly input: RestoreInput,
    work: Work,
    private readonly stop: AbortController,
  ) {
    this.progress = new RestoreProgress(input.bytes, work);
    this.options = { application: applicationOf(input.job), noOwner: input.noOwner };
  }

  async run(): Promise<void> {
    const { bytes, blocks = [], streams } = this.input;
    const whole = { toc: Buffer.alloc(0), ranges: [{ from: 0, to: bytes }], bytes };
    const dataStart = blocks[0]?.from ?? 0;
    if (streams < 2 || blocks.length === 0 || dataStart > longestToc) return this.feed(whole);
    const file = createReadStream(this.input.file, { end: dataStart });
    const parts = splitArchive(await readTableOfContents(file as AsyncIterable<Buffer>), blocks, streams);
    await this.feed(parts.before);
    await this.together(parts.data);
    const { server, input, options } = this;
    await this.feed(parts.indexes, indexesCommand(server.access, input.into, options, streams));
    await this.feed(parts.last);
  }

  /** The first error is the one that is told; all have ended when it is. */
  private async together(parts: readonly ArchivePart[]): Promise<void> {
    const feeding = parts.map(async (part) => {
      try {
        await this.feed(part);
      } catch (error) {
        this.stop.abort(error);
        throw error;
      }
    });
    await Promise.allSettled(feeding);
    await Promise.all(feeding);
  }

  private async feed(
    part: ArchivePart,
    argv = restoreCommand(this.server.access, this.input.into, this.options),
  ): Promise<void> {
    const words = new RestoreWords(this.progress);
    const source = Readable.from(this.bytesOf(part), { objectMode: false, highWaterMark: 256 * 1024 });
    const end = await this.server.exec.feed(argv, source, part.bytes, {
      signal: this.stop.signal,
      onStderrLine: (line) => words.line(line),
    });
    if (end.exitCode !== 0) {
      const stderr = words.errors(end.stderr);
      throw new AppError('exec.failed', { tool: 'pg_restore', exitCode: end.exitCode, stderr });
    }
    if (end.bytes !== part.bytes) {
      throw new AppError('exec.cut', { bytes: end.bytes, message: `of ${part.bytes} bytes` });
    }
  }

  private async *bytesOf({ toc, ranges }: ArchivePart): AsyncGenerator<Buffer> {
    if (toc.length > 0) yield toc;
    for (const { from, to } of ranges) {
      for await (const chunk of createReadStream(this.input.file, {
        start: from,
        end: to - 1,
        highWaterMark: 256 * 1024,
      })) {
        const buffer = chunk as Buffer;
        this.progress.sent(buffer.length);
        yield buffer;
      }
    }
  }
}
