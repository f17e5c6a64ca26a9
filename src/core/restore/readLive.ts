import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { AppError } from '../errors';
import type { Sink } from '../exec/podExec';
import type { OpenPod } from '../pod/databasePod';
import type { ArchiveReading } from '../postgres/archive/reading';
import { serverMessage } from '../serverMessage';
import { readArchive } from '../postgres/archive/readArchive';
import { chooseCompression, dumpCommand, tableInWork } from '../postgres/dumpCommand';
import type { Work } from '../progress';

/**
 * Dumps a database with the pod's own pg_dump, with the settings every dump of ours has, and reads the stream on the way; nothing is
 * stored. Resolves only when pg_dump ended with 0 behind the last byte and all of it was read. `encoding` is that of the archive
 * it is to be compared with. Throws `exec.failed`, `archive.damaged`, `cancelled`, and what the exec throws.
 */
export async function readLive(
  pod: OpenPod,
  database: string,
  how: { readonly application: string; readonly encoding?: string; readonly schemaOnly?: boolean },
  work: Work,
): Promise<ArchiveReading> {
  const { exec, facts } = pod;
  const failed = new AbortController();
  const signal = AbortSignal.any([work.signal, failed.signal]);
  const argv = dumpCommand(facts.access, database, {
    application: how.application,
    compression: chooseCompression('auto', facts),
    major: facts.pgDump.major,
    ...(how.encoding === undefined ? {} : { encoding: how.encoding }),
    ...(how.schemaOnly === undefined ? {} : { schemaOnly: how.schemaOnly }),
  });
  const between = new PassThrough({ highWaterMark: 1 << 20 });
  const progress = new DumpSteps(work);
  const sink: Sink = async (chunk) => {
    progress.take(chunk.length);
    if (between.destroyed) throw new AppError('cancelled');
    if (!between.write(chunk)) await once(between, 'drain', { signal });
  };
  const dumping = (async (): Promise<void> => {
    const end = await exec.read(argv, sink, { signal, onStderrLine: (line) => progress.line(line) });
    if (end.exitCode !== 0) {
      const stderr = progress.words(end.stderr);
      throw new AppError('exec.failed', { tool: 'pg_dump', exitCode: end.exitCode, stderr, database });
    }
    between.end();
  })();
  try {
    const [reading] = await Promise.all([readArchive(between as AsyncIterable<Buffer>, { signal }), dumping]);
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

  constructor(private readonly work: Work) {}

  take(bytes: number): void {
    this.bytes += bytes;
    const now = Date.now();
    if (now - this.last < 250) return;
    this.last = now;
    const seconds = (now - this.started) / 1000;
    this.work.report({
      type: 'progress',
      phase: 'verify',
      bytes: this.bytes,
      ...(seconds > 1 ? { rate: this.bytes / seconds } : {}),
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
