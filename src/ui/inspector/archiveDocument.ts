import { fileSource } from '../../core/store/fileSource';
import type { Inspection } from '../../core/catalog/inspectBackup';
import { isAppError } from '../../core/base/errors';
import { measureBlocks, type MeasuredBlock } from '../../core/postgres/archive/format/measureBlocks';
import type { Inspect } from './inspectInWorker';
import type { Measuring, PageWords, ToPage } from './messages';
import { pageContents } from './pageContents';
import { t } from '../../words/language';

/** One archive file, open in any number of pages: reads it, measures it in the background, and tells the pages. Knows no editor. */
export class ArchiveDocument {
  readonly #file: string;
  readonly #explain: (error: unknown) => PageWords;
  readonly #inspect: Inspect;
  readonly #pages = new Set<(message: ToPage) => void>();
  #state: { readonly inspection: Inspection } | { readonly failure: PageWords } | undefined;
  /** bytes by dump id */
  readonly #sizes = new Map<number, number>();
  /** the places of tables by dump id */
  #places = new Map<number, number>();
  #measuring: Measuring = { state: 'stopped' };
  #reading: AbortController | undefined;

  /** `explain` has the words for an error, `inspect` reads the file. */
  constructor(file: string, explain: (error: unknown) => PageWords, inspect: Inspect) {
    this.#file = file;
    this.#explain = explain;
    this.#inspect = inspect;
  }

  /** Adds a page, which is told all that is known so far, and what comes. Returns what removes it. */
  addPage(tell: (message: ToPage) => void): () => void {
    this.#pages.add(tell);
    this.#showTo(tell);
    return () => {
      this.#pages.delete(tell);
    };
  }

  /** Reads the file, also again when it has changed, and begins to measure where the manifest says no sizes. Never throws. */
  async load(): Promise<void> {
    this.close();
    const reading = new AbortController();
    this.#reading = reading;
    try {
      const inspection = await this.#inspect(this.#file, { signal: reading.signal });
      if (reading.signal.aborted) return;
      this.#take(inspection);
    } catch (error) {
      if (reading.signal.aborted) return;
      this.#state = { failure: this.#wordsOf(error) };
    }
    this.#tellAll();
    if (this.#measuring.state === 'running') await this.#measure(reading.signal);
  }

  /** Measures again after a stop. Never throws. */
  async measure(): Promise<void> {
    if (this.#measuring.state !== 'stopped') return;
    const reading = new AbortController();
    this.#reading = reading;
    this.#change({ state: 'running', percent: 0 });
    await this.#measure(reading.signal);
  }

  /** Ends the measuring; what is measured stays. */
  stop(): void {
    if (this.#measuring.state !== 'running') return;
    this.#reading?.abort();
    this.#change({ state: 'stopped' });
  }

  /** Ends what is under way. */
  close(): void {
    this.#reading?.abort();
  }

  #take(inspection: Inspection): void {
    const { contents, provenance } = inspection;
    this.#state = { inspection };
    this.#sizes.clear();
    this.#places = new Map();
    for (const [place, { dumpId }] of contents.tables.entries()) {
      if (dumpId !== undefined) this.#places.set(dumpId, place);
    }
    // the file of a backup under way is not whole yet, and it is not damaged
    const idle = provenance.state === 'known' || provenance.state === 'partial';
    this.#measuring = idle ? { state: 'unneeded' } : { state: 'running', percent: 0 };
  }

  async #measure(signal: AbortSignal): Promise<void> {
    if (this.#state === undefined || 'failure' in this.#state) return;
    const { contents } = this.#state.inspection;
    const onProgress = (progress: { position: number; measured: readonly MeasuredBlock[] }): void => {
      if (signal.aborted) return;
      const percent = Math.floor((progress.position / Math.max(1, contents.fileBytes)) * 100);
      this.#change({ state: 'running', percent }, progress.measured);
    };
    try {
      await measureBlocks(await fileSource(this.#file, { follow: true }), contents, { signal, onProgress });
      if (!signal.aborted) this.#change({ state: 'done' });
    } catch (error) {
      if (!signal.aborted) this.#change({ state: 'failed', words: this.#wordsOf(error) });
    }
  }

  #change(measuring: Measuring, measured: readonly MeasuredBlock[] = []): void {
    this.#measuring = measuring;
    const sizes: [number, number][] = [];
    for (const { dumpId, bytes } of measured) {
      this.#sizes.set(dumpId, bytes);
      const place = this.#places.get(dumpId);
      if (place !== undefined) sizes.push([place, bytes]);
    }
    for (const tell of this.#pages) tell({ type: 'measured', sizes, measuring });
  }

  #tellAll(): void {
    for (const tell of this.#pages) this.#showTo(tell);
  }

  #showTo(tell: (message: ToPage) => void): void {
    if (this.#state === undefined) return;
    if ('failure' in this.#state) tell({ type: 'failed', words: this.#state.failure });
    else {
      const contents = pageContents(this.#file, this.#state.inspection, this.#sizes);
      tell({ type: 'contents', contents, measuring: this.#measuring });
    }
  }

  #wordsOf(error: unknown): PageWords {
    if (isAppError(error, 'archive.damaged')) {
      return { ...this.#explain(error), todo: t`Do not restore from it. Take another backup.` };
    }
    const refused = error instanceof Error && 'syscall' in error;
    return refused ? { what: t`The file cannot be read.`, why: error.message } : this.#explain(error);
  }
}
