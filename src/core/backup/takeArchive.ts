import { AppError } from '../base/errors';
import type { WrittenIdentity } from '../encrypt/identity';
import type { OpenPod } from '../pod/databasePod';
import { dumpFailure } from '../pod/server/lockHolders';
import { watchLocks } from '../pod/server/watchLocks';
import type { ArchiveReading, ContentsReading } from '../postgres/archive/reading';
import { serverLines, serverMessage } from '../base/said/serverMessage';
import { readArchive } from '../postgres/archive/format/readArchive';
import {
  dumpArguments,
  dumpCommand,
  tableInWork,
  type Compression,
  type DumpOptions,
} from '../postgres/tools/dumpCommand';
import type { Progress, Work } from '../base/progress';
import type { Sink } from '../exec/podExec';
import { throughChange } from './throughChange';
import { disagreeingTable, startCounting } from '../pod/server/countRows';
import type { ArchiveChange } from './archiveChange';
import { DumpProgress } from './dumpProgress';
import { EncryptedFile } from './encryptedFile';
import type { ArchiveFile } from './growingFile';
import type { SourceTable } from './preflight';

/** An archive that lies where it belongs, durable, and was read from its first byte to its last. */
export interface Taken {
  readonly reading: ArchiveReading;
  /** when pg_dump was started: the snapshot is not older */
  readonly snapshot: Date;
  readonly arguments: readonly string[];
  /** rows of the source in the dump's own snapshot */
  readonly counted?: Readonly<Record<string, number>>;
  /** what lies there, where that is encrypted */
  readonly sealed?: { readonly bytes: number; readonly sha256: string };
}

export interface TakeOptions {
  readonly application: string;
  /** Begins what the archive is written into; nothing is there yet. */
  readonly create: () => Promise<ArchiveFile>;
  readonly compression: Compression;
  /** the database's own: what the role or the pod sets for clients has no say */
  readonly encoding: string;
  readonly tables: readonly SourceTable[];
  /** count the source's rows in the dump's own snapshot and hold them against the archive's */
  readonly count: boolean;
  /** read the values of generated columns in the dump's own snapshot: reads the tables that have some once more */
  readonly generated?: boolean;
  /** makes another archive of it before it is written */
  readonly change?: ArchiveChange | undefined;
  /** writes it again without a part of it */
  readonly leaveOut?: Pick<ArchiveChange, 'run'> | undefined;
  /** is told what the table of contents says while the dump goes on, and what it goes into */
  readonly onContents?: ((contents: ContentsReading, file: ArchiveFile, snapshot: Date) => void) | undefined;
  /** the key of the backup that the file is encrypted for, before anything is written */
  readonly key?: WrittenIdentity | undefined;
  readonly work: Work;
}

/**
 * Streams pg_dump into a file, or an object of a store, while the reader follows it. Returns when pg_dump ended with 0 behind its last byte, all of it is
 * durable, and the reader read it whole with the SHA-256 of the stream. Throws `exec.failed` with pg_dump's own words, what the exec
 * throws, `archive.damaged`, `backup.damaged`.
 */
export async function takeArchive(source: OpenPod, database: string, options: TakeOptions): Promise<Taken> {
  const { work } = options;
  work.report({ type: 'phase', phase: 'dump' });
  const written = await options.create();
  const file = options.key ? await EncryptedFile.into(written, options.key) : written;
  const dump: DumpOptions = { ...options, major: source.facts.pgDump.major };
  const failed = new AbortController();
  const signal = AbortSignal.any([work.signal, failed.signal]);
  const counting =
    options.count || options.generated
      ? startCounting(source, database, { ...options, rows: options.count }, signal)
      : undefined;
  const snapshot = new Date();
  const reading = readArchive(file.follow(), {
    signal,
    onContents: (contents) => options.onContents?.(contents, file, snapshot),
    ...(options.change === undefined ? {} : { tap: options.change.tap }),
  });
  const streaming = (async (): Promise<string> => {
    const id = await counting?.snapshot;
    const inSnapshot = id === undefined ? dump : { ...dump, snapshot: id };
    return stream(source, database, file, inSnapshot, { ...options, work: { ...work, signal } });
  })();
  let lag: NodeJS.Timeout | undefined;
  try {
    const proven = streaming.then(async (sha256) => {
      work.report({ type: 'phase', phase: 'read' });
      lag = setInterval(() => work.report(readProgress(file)), 250);
      await file.prove?.(signal);
      return sha256;
    });
    const [read, sha256, seen] = await Promise.all([reading, proven, counting?.seen]);
    if (read.sha256 !== sha256 || read.bytes !== file.bytes) {
      throw new AppError('backup.damaged', { backup: file.name, reason: 'archive.stream' });
    }
    const generated = options.generated && seen ? { generated: seen.generated } : {};
    const sealed = file instanceof EncryptedFile && file.sealed ? { sealed: file.sealed } : {};
    const args = dumpArguments(database, dump);
    const result = { reading: { ...read, ...generated }, snapshot, arguments: args, ...sealed };
    if (!options.count || !seen) return result;
    const counted = seen.rows;
    const miscounted = disagreeingTable(counted, read.tables);
    if (miscounted !== undefined) throw new AppError('backup.damaged', { backup: file.name, ...miscounted });
    return { ...result, counted };
  } catch (error) {
    failed.abort(error);
    await file.abandon(error instanceof Error ? error : new Error(String(error)));
    await Promise.allSettled([reading, streaming, counting?.seen]);
    throw error;
  } finally {
    clearInterval(lag);
  }
}

/** How far the reader is behind a stream that has ended. */
function readProgress(file: ArchiveFile): Progress {
  const percent = file.bytes > 0 ? (file.bytesRead / file.bytes) * 100 : 100;
  return { type: 'progress', phase: 'read', bytes: file.bytesRead, percent };
}

/** The stream from the pod to where it is written; returns its SHA-256. */
async function stream(
  source: OpenPod,
  database: string,
  file: ArchiveFile,
  dump: DumpOptions,
  { tables, work, application, change: changing, leaveOut }: TakeOptions,
): Promise<string> {
  const server = { exec: source.exec, access: source.facts.access };
  const progress = new DumpProgress(tables, () => file.bytes, work.report);
  const words = new DumpWords(work);
  progress.start(server, database, application, work.signal);
  const unwatch = watchLocks(server, database, { application }, work);
  try {
    const dumpTo = async (sink: Sink, signal: AbortSignal): Promise<void> => {
      const end = await source.exec.read(dumpCommand(server.access, database, dump), sink, {
        signal,
        onStderrLine: (line) => {
          const table = tableInWork(line);
          if (table !== undefined) progress.begin(table);
          else words.take(line);
        },
      });
      if (end.exitCode !== 0) {
        throw await dumpFailure(server, database, end, words.errors(end.stderr), dump.lockWait);
      }
    };
    const change = changing ?? leaveOut;
    if (change === undefined) await dumpTo((chunk) => file.write(chunk), work.signal);
    else await throughChange(change, dumpTo, { file, packing: dump.compression, signal: work.signal });
    words.reportWarnings();
  } finally {
    progress.stop();
    unwatch();
  }
  return file.finish();
}

/** Keeps what pg_dump says besides its steps (`-v` names every object). */
class DumpWords {
  private readonly lines: string[] = [];
  private readonly shown = serverLines();
  private going = false;

  constructor(private readonly work: Work) {}

  take(line: string): void {
    if (line.startsWith('pg_dump: ')) this.going = /^pg_dump: (error|warning|hint|detail|fatal)/.test(line);
    const shown = this.shown(line);
    if (!this.going || shown === undefined) return;
    this.work.log.warn(shown);
    if (this.lines.length < 40) this.lines.push(shown.slice(0, 2000));
  }

  errors(stderr: string): string {
    return this.lines.length > 0 ? this.lines.join('\n') : serverMessage(stderr).split('\n').slice(-5).join('\n');
  }

  reportWarnings(): void {
    if (this.lines.length > 0) this.work.report({ type: 'note', code: 'dump.warnings', data: { lines: this.lines } });
  }
}
