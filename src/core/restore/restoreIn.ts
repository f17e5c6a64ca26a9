import { Readable } from 'node:stream';
import { defined } from '../base/defined';
import { AppError } from '../base/errors';
import type { Work } from '../base/progress';
import { execute, type SqlOptions } from '../pod/server/sql';
import { readSameContents, type TableOfContents } from '../postgres/archive/format/readTableOfContents';
import { splitByHands, type HandedParts } from '../postgres/archive/format/splitByHands';
import type { PlacedBlock } from '../postgres/archive/format/blockReader';
import { partOf, splitArchive, type ArchivePart } from '../postgres/archive/format/splitArchive';
import { indexesCommand, restoreCommand, restoreStep, type RestoreOptions } from '../postgres/tools/restoreCommand';
import type { ByteSource } from '../store/byteSource';
import type { Workplace } from './databaseRow';
import { extensionRightsSql, type Loader } from './load/loader';
import { ownCode } from './load/ownCode';
import { giveOwners, mayGiveOwners, type OwnersAsked } from './load/owners';
import { analyzeAs, tellUnanalyzed } from './side/analyze';
import { FailureLines, namedFailures, type RestoreFailure } from './restoreFailures';
import { RestoreProgress, RestoreWords } from './restoreProgress';
import { applicationOf } from '../postgres/tools/applicationName';
import { targetRoom, watchTarget } from './preflight/targetDisk';

export interface RestoreInput {
  readonly archive: Pick<ByteSource, 'name' | 'read'>;
  /** SHA-256 of its head and table of contents, hex, when it was proven */
  readonly contents?: string;
  /** how many of its bytes pg_restore takes; absent: it still grows, and goes in one stream */
  readonly bytes?: number;
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
  /** in whose name the archive's own words run; absent: in ours */
  readonly confined?: Confined;
  readonly job: string;
  /** names the target in errors */
  readonly reference: string;
}

/** What came of it. */
export interface Restored {
  /** what was refused and gone on without */
  readonly failures: readonly RestoreFailure[];
  /** statistics are there already */
  readonly isAnalyzed: boolean;
  /** of an archive that grew: up to where it was taken, which the caller holds against what it came to */
  readonly taken?: number;
}

/** How an archive is loaded without any right outside of the database. */
export interface Confined {
  readonly loader: Loader;
  /** somebody we trust signed the archive */
  readonly isSigned: boolean;
  /** it says that whoever owned something in it was a superuser where it comes from */
  readonly ofSuperusers?: boolean;
  /** the database that is replaced */
  readonly live?: string | undefined;
  /** who owns what is not given as the archive says; default: our own role */
  readonly fallback?: string;
  /** the loader keeps all of it: the database is looked at, and dropped */
  readonly keeps?: boolean;
}

/**
 * Streams an archive into a database with the pod's own pg_restore; watches the target's disk meanwhile. Several streams share the rows, and as many
 * sessions what comes after them; the first that fails ends the others. What the rows need is made first, and all that the server refuses of it is
 * found before any row moves; behind that the first error ends it. With `goOn` none does, and what was refused is returned.
 * Resolves only when every pg_restore came to its end behind its last byte. Throws `restore.cannotMake` { failures, count }, `exec.failed`
 * with pg_restore's words, `disk.targetFull`, `cancelled`, and what the exec throws; the database then holds a part.
 */
export async function restoreIn(server: Workplace, input: RestoreInput, work: Work): Promise<Restored> {
  const stop = new AbortController();
  const abort = (): void => stop.abort(new AppError('cancelled'));
  work.signal.addEventListener('abort', abort, { once: true });
  if (work.signal.aborted) abort();
  const room = await targetRoom(server, stop.signal);
  const unwatch = room && watchTarget(server, room.folder, input.reference, (error) => stop.abort(error));
  const restoring = new Restoring(server, input, work, stop);
  try {
    await restoring.run();
    const { isAnalyzed, taken } = restoring;
    return { failures: await restoring.failures(), isAnalyzed, ...defined({ taken }) };
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

const nothing = Buffer.alloc(0);
/** where an archive ends that still grows */
const endless = Number.POSITIVE_INFINITY;
/**
 * What no archive holds. Behind one that grew, of which pg_restore is not told the end: it ends by itself behind the last block and leaves this unread, and one that misses something meets an error instead of waiting for ever.
 */
const noArchive = Buffer.alloc(4096, 0xff);

/** One archive on its way. */
class Restoring {
  private readonly progress: RestoreProgress;
  private readonly options: RestoreOptions;
  private readonly goOn: boolean;
  private readonly said: FailureLines[] = [];
  isAnalyzed = false;
  taken: number | undefined;
  private ungiven: readonly RestoreFailure[] = [];

  constructor(
    private readonly server: Workplace,
    private readonly input: RestoreInput,
    private readonly work: Work,
    private readonly stop: AbortController,
  ) {
    this.progress = new RestoreProgress(input.bytes ?? 0, work);
    const { noOwner, noPrivileges = false, noTablespaces = false, goOn = false } = input;
    this.goOn = goOn;
    this.options = { application: applicationOf(input.job), noOwner, noPrivileges, noTablespaces, goOn };
  }

  /** What was refused until now. */
  async failures(): Promise<RestoreFailure[]> {
    const found = this.said.flatMap((lines) => lines.found);
    if (found.length === 0) return [...this.ungiven];
    const { entries } = await this.contents();
    const named = namedFailures(found, entries);
    const isNamed = (one: RestoreFailure): boolean =>
      named.some(({ kind, schema, name }) => kind === one.kind && schema === one.schema && name === one.name);
    return [...named, ...this.ungiven.filter((one) => !isNamed(one))];
  }

  async run(): Promise<void> {
    const { confined } = this.input;
    if (confined) return this.runConfined(confined);
    const { bytes = endless, streams } = this.input;
    const toc = await this.contents();
    const all = { dumpId: 0, from: toc.bytes.length, to: bytes };
    const { blocks = bytes === endless ? [all] : [] } = this.input;
    const dataStart = blocks[0]?.from ?? 0;
    const isOne = streams < 2;
    if (blocks.length === 0 || dataStart > longestToc || (isOne && this.goOn)) {
      this.progress.begin('restore');
      // what was proven, and what stands behind it
      return this.feed(partOf(toc.bytes, [all]), this.collecting);
    }
    this.progress.begin('definitions');
    const parts = splitArchive(toc, blocks, streams);
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

  /** The archive's own words run as the loader; what it cannot make, and what says whose everything is, is ours. */
  private async runConfined(confined: Confined): Promise<void> {
    const { bytes = endless, blocks = [], streams, into, noOwner, noPrivileges = false } = this.input;
    const { loader, isSigned, ofSuperusers = false } = confined;
    const toc = await this.contents();
    const code = ownCode(toc, { loader, noOwner, isSigned, ofSuperusers });
    const known = streams < 2 ? [] : blocks;
    const { filled, values, policies, granted, ...parts } = splitByHands(toc, blocks, {
      ...{ streams, isSigned, fills: code.fills, superusers: loader.superusers, loader: loader.name, bytes },
    });
    this.progress.begin('definitions');
    await this.before(parts.before, confined);
    // found now, not behind hours of rows; what they bring is looked at when it is given
    if (confined.keeps !== true) await mayGiveOwners(this.server, this.owners(confined, toc), this.sqlOptions);
    this.progress.begin('restore');
    if (known.length === 0) await this.feed(parts.rest, this.argv(confined), loader.password);
    else {
      await this.together(parts.data, confined);
      const jobs = this.goOn ? 1 : streams;
      await this.feed(parts.indexes, indexesCommand(loader.access, into, this.ofLoader, jobs), loader.password);
      if (values) await this.feed(values, this.argv(confined), loader.password);
    }
    if (filled) await this.feed(filled, this.argv(confined), loader.password);
    if (policies) await this.feed(policies, this.argv(confined), loader.password);
    if (granted && !noPrivileges) await this.grant(granted, loader);
    if (code.analyzes && confined.keeps !== true) await this.gather(loader);
    if (confined.keeps !== true) await this.give(confined, toc);
    const asOwners = { ...this.options, rowSecurity: true };
    if (parts.said) await this.feed(parts.said, restoreCommand(this.server.access, into, asOwners));
    if (parts.triggers) await this.feed(parts.triggers);
  }

  /** All that is refused of it is found before a row moves. */
  private async before(runs: HandedParts['before'], confined: Confined): Promise<void> {
    let isRefused = false;
    for (const [index, { hand, part }] of runs.entries()) {
      try {
        if (hand === 'loader') await this.feed(part, this.argv(confined, true), confined.loader.password);
        else await this.feed(part, this.withoutOwners);
      } catch (error) {
        if (error !== refused) throw error;
        isRefused = true;
      }
      const isBetween = hand === 'superuser' && index < runs.length - 1;
      if (isBetween) await this.sql(extensionRightsSql(confined.loader.name));
    }
    if (isRefused) throw refused;
    if (runs.at(-1)?.hand === 'superuser') await this.sql(extensionRightsSql(confined.loader.name));
  }

  /** Rights that the archive gives and the loader cannot are told: the comparison shows them, too. */
  private async grant(part: ArchivePart, { access, password }: Loader): Promise<void> {
    const lines = new FailureLines();
    const argv = restoreCommand(access, this.input.into, { ...this.ofLoader, noPrivileges: false, goOn: true });
    await this.feed(part, argv, password, lines);
    if (lines.found.length === 0) return;
    const toc = await this.contents();
    const names = namedFailures(lines.found, toc.entries).map(({ name }) => name);
    const finding = {
      level: 'warn',
      code: 'grants.left',
      data: { objects: names.slice(0, 20), count: names.length },
    } as const;
    this.work.report({ type: 'finding', finding });
  }

  private owners({ loader, isSigned, fallback, live }: Confined, toc: TableOfContents): OwnersAsked {
    const { into, noOwner } = this.input;
    return { side: into, live, loader, toc, noOwner, isSigned, ...(fallback === undefined ? {} : { fallback }) };
  }

  private async give(confined: Confined, toc: TableOfContents): Promise<void> {
    this.ungiven = await giveOwners(this.server, this.owners(confined, toc), this.sqlOptions);
    if (this.ungiven.length > 0 && !this.goOn) throw refused;
  }

  /** What is computed in the name of who owns a table is computed before that is a superuser. */
  private async gather(loader: Loader): Promise<void> {
    const left = await analyzeAs(this.server, loader, this.input.into, this.sqlOptions);
    // never again, in a superuser's name
    this.isAnalyzed = true;
    tellUnanalyzed(left, this.work.report);
  }

  private async contents(): Promise<TableOfContents> {
    return readSameContents(this.input.archive, this.input.contents);
  }

  private async sql(text: string): Promise<void> {
    await execute(this.server, this.input.into, text, this.sqlOptions);
  }

  private get sqlOptions(): SqlOptions {
    return { application: this.options.application, signal: this.stop.signal };
  }

  private get ofLoader(): RestoreOptions {
    return { ...this.options, noOwner: true, noPrivileges: true };
  }

  private argv({ loader }: Confined, collects = this.goOn): string[] {
    return restoreCommand(loader.access, this.input.into, { ...this.ofLoader, goOn: collects });
  }

  /** Owners are given afterwards: pg_restore would word that from what the archive says to drop. */
  private get withoutOwners(): string[] {
    return restoreCommand(this.server.access, this.input.into, { ...this.options, noOwner: true, goOn: true });
  }

  private get collecting(): string[] {
    return restoreCommand(this.server.access, this.input.into, { ...this.options, goOn: true });
  }

  /** The first error is the one that is told; all have ended when it is. */
  private async together(parts: readonly ArchivePart[], confined?: Confined): Promise<void> {
    const feeding = parts.map(async (part) => {
      try {
        if (confined) await this.feed(part, this.argv(confined), confined.loader.password);
        else await this.feed(part);
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
    first: Buffer = nothing,
    passedOver?: FailureLines,
  ): Promise<void> {
    const words = new RestoreWords(this.progress);
    const failures = passedOver ?? new FailureLines();
    if (!passedOver) this.said.push(failures);
    const isTold = this.goOn || passedOver !== undefined;
    const judge = new Judge(failures, () => this.stop.abort(refused));
    const over = new AbortController();
    const isOver = AbortSignal.any([this.stop.signal, over.signal]);
    const source = Readable.from(this.bytesOf(part, first, isOver), {
      ...{ objectMode: false, highWaterMark: 256 * 1024 },
    });
    const length = first.length + part.bytes;
    const isKnown = length !== endless;
    const end = await this.server.exec
      .feed(argv, source, isKnown ? length : undefined, {
        signal: this.stop.signal,
        onStderrLine: (line) => {
          words.line(line);
          failures.line(line);
          if (!isTold) judge.line(line);
        },
      })
      .finally(() => {
        judge.close();
        over.abort();
      });
    if (end.exitCode !== 0) {
      const isOfArchive = failures.found.length > 0 && !failures.isFatal;
      if (isOfArchive && !isTold) throw refused;
      if (!isOfArchive || !failures.isThrough || end.exitCode !== 1) {
        const stderr = words.errors(end.stderr);
        throw new AppError('exec.failed', { tool: 'pg_restore', exitCode: end.exitCode, stderr });
      }
    }
    if (!isKnown) this.taken = end.bytes - first.length - part.toc.length + (part.ranges[0]?.from ?? 0);
    else if (end.bytes !== length) {
      throw new AppError('exec.cut', { bytes: end.bytes, message: `of ${length} bytes` });
    }
  }

  private async *bytesOf({ toc, ranges }: ArchivePart, first: Buffer, signal: AbortSignal): AsyncGenerator<Buffer> {
    if (first.length > 0) yield first;
    if (toc.length > 0) yield toc;
    const sent = this.progress.stream(ranges.reduce((sum, { from, to }) => sum + to - from, 0));
    for (const { from, to } of ranges) {
      const range = to === endless ? { from } : { from, to };
      for await (const buffer of this.input.archive.read({ ...range, piece: 256 * 1024, signal })) {
        sent(buffer.length);
        yield buffer;
      }
      if (to === endless) yield noArchive;
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
