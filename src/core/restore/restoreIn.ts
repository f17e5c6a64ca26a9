import { Readable } from 'node:stream';
import { AppError } from '../base/errors';
import type { Work } from '../base/progress';
import { readTableOfContents } from '../postgres/archive/format/readTableOfContents';
import type { PlacedBlock } from '../postgres/archive/format/blockReader';
import { splitArchive, type ArchivePart } from '../postgres/archive/format/splitArchive';
import { indexesCommand, restoreCommand, restoreStep, type RestoreOptions } from '../postgres/tools/restoreCommand';
import type { ByteSource } from '../store/byteSource';
import type { Workplace } from './databaseRow';
import { FailureLines, namedFailures, type RestoreFailure } from './restoreFailures';
import { RestoreProgress, RestoreWords } from './restoreProgress';
import { applicationOf } from '../postgres/tools/applicationName';
import { targetRoom, watchTarget } from './preflight/targetDisk';

export interface RestoreInput {
  readonly archive: ByteSource;
  /** how many of its bytes pg_restore takes */
  readonly bytes: number;
  /** where its data blocks stand; without them it goes in one stream */
  readonly blocks?: readonly PlacedBlock[];
  /** how many streams at most: see `chooseStreams` */
  readonly streams: number;
  /** the database it goes into */
  readonly into: string;
  readonly noOwner: boolean;
  readonly noPrivileges?: boolean;
  readonly noTablespaces?: boolean;
  /** what the server refuses is passed over, and told at the end */
  readonly goOn?: boolean;
  readonly job: string;
  /** names the target in errors */
  readonly reference: string;
}

/**
 * Streams an archive into a database with the pod's own pg_restore; watches the target's disk meanwhile. Several streams share the rows, and as many
 * sessions what comes after them; the first that fails ends the others. What the rows need is made first, and all that the server refuses of it is
 * found before any row moves; behind that the first error ends it. With `goOn` none does, and what was refused is returned.
 * Resolves only when every pg_restore came to its end behind its last byte. Throws `restore.cannotMake` { failures, count }, `exec.failed`
 * with pg_restore's words, `disk.targetFull`, `cancelled`, and what the exec throws; the database then holds a part.
 */
export async function restoreIn(
  server: Workplace,
  input: RestoreInput,
  work: Work,
): Promise<readonly RestoreFailure[]> {
  const stop = new AbortController();
  const abort = (): void => stop.abort(new AppError('cancelled'));
  work.signal.addEventListener('abort', abort, { once: true });
  if (work.signal.aborted) abort();
  const room = await targetRoom(server, stop.signal);
  const unwatch = room && watchTarget(server, room.folder, input.reference, (error) => stop.abort(error));
  const restoring = new Restoring(server, input, work, stop);
  try {
    await restoring.run();
    return await restoring.failures();
  } catch (error) {
    if (error === refused || stop.signal.reason === refused) {
      const failures = await restoring.failures();
      throw new AppError('restore.cannotMake', { failures: failures.slice(0, toldFailures), count: failures.length });
    }
    if (stop.signal.aborted && stop.signal.reason instanceof Error) throw stop.signal.reason;
    throw error;
  } finally {
    unwatch?.();
    work.signal.removeEventListener('abort', abort);
  }
}

/** The archive holds what the server refuses: which, the lines of pg_restore say. */
const refused = new Error('refused');
/** as many go into an error */
const toldFailures = 200;

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
  private readonly options: RestoreOptions;
  private readonly goOn: boolean;
  private readonly said: FailureLines[] = [];

  constructor(
    private readonly server: Workplace,
    private readonly input: RestoreInput,
    work: Work,
    private readonly stop: AbortController,
  ) {
    this.progress = new RestoreProgress(input.bytes, work);
    const { noOwner, noPrivileges = false, noTablespaces = false, goOn = false } = input;
    this.goOn = goOn;
    this.options = { application: applicationOf(input.job), noOwner, noPrivileges, noTablespaces, goOn };
  }

  /** What was refused until now. */
  async failures(): Promise<RestoreFailure[]> {
    const found = this.said.flatMap((lines) => lines.found);
    if (found.length === 0) return [];
    return namedFailures(found, (await readTableOfContents(this.input.archive.read())).entries);
  }

  async run(): Promise<void> {
    const { bytes, blocks = [], streams } = this.input;
    const whole = { toc: Buffer.alloc(0), ranges: [{ from: 0, to: bytes }], bytes };
    const dataStart = blocks[0]?.from ?? 0;
    const isOne = streams < 2;
    if (blocks.length === 0 || dataStart > longestToc || (isOne && this.goOn)) {
      this.progress.begin('restore');
      return this.feed(whole, this.collecting);
    }
    this.progress.begin('definitions');
    const head = this.input.archive.read({ to: dataStart + 1 });
    const parts = splitArchive(await readTableOfContents(head), blocks, streams);
    // by itself: a pg_restore that had the rows, too, would be among them before its first error is read here
    await this.feed(parts.before, this.collecting);
    this.progress.begin('restore');
    if (isOne) return this.feed(parts.rest);
    await this.together(parts.data);
    const { server, input, options } = this;
    // the errors of several sessions would be told in one another's lines
    await this.feed(parts.indexes, indexesCommand(server.access, input.into, options, this.goOn ? 1 : streams));
    await this.feed(parts.last);
  }

  private get collecting(): string[] {
    return restoreCommand(this.server.access, this.input.into, { ...this.options, goOn: true });
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
    const failures = new FailureLines();
    this.said.push(failures);
    const judge = new Judge(failures, () => this.stop.abort(refused));
    const source = Readable.from(this.bytesOf(part), { objectMode: false, highWaterMark: 256 * 1024 });
    const end = await this.server.exec
      .feed(argv, source, part.bytes, {
        signal: this.stop.signal,
        onStderrLine: (line) => {
          words.line(line);
          failures.line(line);
          if (!this.goOn) judge.line(line);
        },
      })
      .finally(() => judge.close());
    if (end.exitCode !== 0) {
      const isOfArchive = failures.found.length > 0 && !failures.isFatal;
      if (isOfArchive && !this.goOn) throw refused;
      if (!isOfArchive || !failures.isThrough || end.exitCode !== 1) {
        const stderr = words.errors(end.stderr);
        throw new AppError('exec.failed', { tool: 'pg_restore', exitCode: end.exitCode, stderr });
      }
    }
    if (end.bytes !== part.bytes) {
      throw new AppError('exec.cut', { bytes: end.bytes, message: `of ${part.bytes} bytes` });
    }
  }

  private async *bytesOf({ toc, ranges }: ArchivePart): AsyncGenerator<Buffer> {
    if (toc.length > 0) yield toc;
    const sent = this.progress.stream(ranges.reduce((sum, { from, to }) => sum + to - from, 0));
    for (const { from, to } of ranges) {
      for await (const buffer of this.input.archive.read({ from, to, piece: 256 * 1024 })) {
        sent(buffer.length);
        yield buffer;
      }
    }
  }
}

/** Ends a pg_restore that goes on behind errors: when what the rows need was tried as a whole, or soon after an error behind that. */
class Judge {
  private pastDefinitions = false;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly failures: FailureLines,
    private readonly onRefused: () => void,
  ) {}

  line(line: string): void {
    const kind = restoreStep(line)?.kind;
    if (kind === 'data' || kind === 'index') this.pastDefinitions = true;
    // without its session the rest says nothing
    if (this.failures.isFatal) return this.close();
    if (this.failures.found.length === 0 || !this.pastDefinitions) return;
    if (kind !== undefined) this.onRefused();
    // what else belongs to the error comes with it
    else this.timer ??= setTimeout(this.onRefused, 500);
  }

  close(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }
}
