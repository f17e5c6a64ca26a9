import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { defined } from '../base/defined';
import { AppError } from '../base/errors';
import type { Sink } from '../exec/podExec';
import type { OpenPod } from '../pod/databasePod';
import { dumpFailure } from '../pod/server/lockHolders';
import type { ArchiveReading, DigestVersion } from '../postgres/archive/reading';
import { serverMessage } from '../base/said/serverMessage';
import { readArchive } from '../postgres/archive/format/readArchive';
import { chooseCompression, dumpCommand, tableInWork } from '../postgres/tools/dumpCommand';
import type { Work } from '../base/progress';

/**
 * Dumps a database with the pod's own pg_dump, with the settings every dump of ours has, and reads the stream on the way; nothing is
 * stored. Resolves only when pg_dump ended with 0 behind the last byte and all of it was read. `encoding` is that of the archive
 * it is to be compared with, by default the database's own; `like` an archive of much the same contents, for the percent and the rest of the time. Throws `exec.failed`, `archive.damaged`, `cancelled`, and what the exec throws.
 */
export async function readLive(
  pod: OpenPod,
  database: string,
  how: {
    readonly application: string;
    readonly encoding?: string;
    readonly schemaOnly?: boolean;
    /** how rows are digested: as those that they are compared with; default: the newest */
    readonly digest?: DigestVersion;
    /** an exported snapshot to read in */
    readonly snapshot?: string;
    readonly like?: Pick<ArchiveReading, 'bytes' | 'header'>;
    /** sees the archive's bytes as they pass; may keep them */
    readonly onBytes?: (bytes: Buffer) => void;
  },
  work: Work,
): Promise<ArchiveReading> {
  const { exec, facts } = pod;
  const failed = new AbortController();
  const signal = AbortSignal.any([work.signal, failed.signal]);
  const compression = chooseCompression('auto', facts);
  const encoding = how.encoding ?? facts.databases.find(({ name }) => name === database)?.encoding;
  const argv = dumpCommand(facts.access, database, {
    application: how.application,
    compression,
    major: facts.pgDump.major,
    ...(encoding === undefined ? {} : { encoding }),
    ...(how.snapshot === undefined ? {} : { snapshot: how.snapshot }),
    ...(how.schemaOnly === undefined ? {} : { schemaOnly: how.schemaOnly }),
  });
  const between = new PassThrough({ highWaterMark: 1 << 20 });
  // compressed in another way the same has another size
  const total = how.like?.header.compression === compression.method ? how.like.bytes : undefined;
  const progress = new DumpSteps(work, total);
  const sink: Sink = async (chunk) => {
    progress.take(chunk.length);
    how.onBytes?.(chunk);
    if (between.destroyed) throw new AppError('cancelled');
    if (!between.write(chunk)) await once(between, 'drain', { signal });
  };
  const dumping = (async (): Promise<void> => {
    const end = await exec.read(argv, sink, { signal, onStderrLine: (line) => progress.line(line) });
    if (end.exitCode !== 0) {
      throw await dumpFailure({ exec, access: facts.access }, database, end, progress.words(end.stderr));
    }
    between.end();
  })();
  try {
    const [reading] = await Promise.all([
      readArchive(between as AsyncIterable<Buffer>, { signal, ...defined({ digest: how.digest }) }),
      dumping,
    ]);
    return reading;
  } catch (error) {
    failed.abort(error);
    between.destroy();
    const [dump] = await Promise.allSettled([dumping]);
    if (work.signal.aborted) throw new AppError('cancelled', {}, { cause: error });
    // what the dump says comes first: the reader only sees an end
    throw dump.status === 'rejected' && !failedOnlyByUs(dump.reason) ? (dump.reason as Error) : error;
  }
}

function failedOnlyByUs(reason: unknown): boolean {
  return reason instanceof Error && (reason.name === 'AbortError' || ('code' in reason && reason.code === 'cancelled'));
}

class DumpSteps {
  private bytes = 0;
  private last = 0;
  private table: string | undefined;
  private readonly said: string[] = [];
  private readonly started = Date.now();

  constructor(
    private readonly work: Work,
    /** how many bytes may come; it is not known before the last one */
    private readonly total: number | undefined,
  ) {}

  take(length: number): void {
    this.bytes += length;
    const now = Date.now();
    if (now - this.last < 250) return;
    this.last = now;
    const { bytes, total } = this;
    const seconds = (now - this.started) / 1000;
    const rate = seconds > 1 ? bytes / seconds : undefined;
    this.work.report({
      type: 'progress',
      phase: 'verify',
      bytes,
      ...(total === undefined ? {} : { percent: Math.min(99, (bytes / total) * 100) }),
      ...(rate === undefined ? {} : { rate }),
      ...(rate === undefined || total === undefined || bytes >= total ? {} : { secondsLeft: (total - bytes) / rate }),
      ...(this.table === undefined ? {} : { table: this.table }),
    });
  }

  line(line: string): void {
    const table = tableInWork(line);
    if (table !== undefined) this.table = table;
    else if (/^pg_dump: (error|detail|hint|warning)/.test(line) && this.said.length < 40) this.said.push(line);
  }

  words(stderr: string): string {
    return this.said.length > 0
      ? serverMessage(this.said.join('\n'))
      : serverMessage(stderr).split('\n').slice(-5).join('\n');
  }
}
