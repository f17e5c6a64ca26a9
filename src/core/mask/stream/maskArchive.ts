import { AppError } from '../../base/errors';
import { isBlocked, type Finding } from '../../base/finding';
import { readArchiveHead, type ArchiveHead } from '../../postgres/archive/format/archiveHead';
import { BlockWriter, type Packing, type TakeBytes } from '../../postgres/archive/format/blockWriter';
import { ByteWindow } from '../../postgres/archive/format/byteWindow';
import { DataReader, type ArchiveTap } from '../../postgres/archive/format/dataReader';
import { decoderOf, type Decode } from '../../postgres/archive/format/encoding';
import { readBehind } from '../../postgres/archive/format/secondToc';
import { readToc, unpackColumns, type TocReading } from '../../postgres/archive/format/tocReader';
import { concernsLargeObjects } from '../../postgres/archive/meaning/largeObjectEntries';
import type { LargeObjectReading, TableReading } from '../../postgres/archive/reading';
import { detect } from '../detect/detectors';
import { holdsText } from '../model/columnType';
import { tableKey } from '../model/growingTable';
import { isLeftOutAlways, ModelReader } from '../model/readModel';
import type { SchemaModel } from '../model/schemaModel';
import { maskOf, planMask, type MaskPlan } from '../plan/planMask';
import type { TablePlan } from '../plan/tablePlan';
import type { MaskRules } from '../rules/maskRules';
import { MaskMaker } from '../transform/buildMask';
import type { LookedAt, LookedTable } from './detectTap';
import { ColumnMasker, type ColumnCounts } from './columnMasker';
import { maskedToc, type PlacedEntry } from './maskedToc';
import { RowMasker, type MaskedField } from './rowMasker';

export interface MaskOptions {
  readonly rules: MaskRules;
  /** of the target: 32 bytes. The same key makes the same of the same value; without it nothing leads back */
  readonly key: Uint8Array;
  readonly packing: Packing;
  /** is handed the masked archive, piece by piece; awaited */
  readonly take: TakeBytes;
  readonly signal?: AbortSignal | undefined;
  /** is told, before a byte is written, what there will be to look at: by dump id, the columns that could hold somebody's words */
  readonly onPlan?: (plan: { tables: ReadonlyMap<number, LookedTable>; decode: (bytes: string) => string }) => void;
  /** for every piece that came */
  readonly onProgress?: (progress: { bytes: number; textBytes: number; table?: string }) => void;
}

/** What masking an archive came to. No value of it. */
export interface Masked {
  readonly findings: readonly Finding[];
  /** bytes of the archive that came */
  readonly bytes: number;
  /** its tables and large objects, as they were before: those that no rule changes must be the same in the masked archive */
  readonly tables: readonly TableReading[];
  readonly largeObjects: LargeObjectReading;
  readonly columns: readonly MaskedColumn[];
  /** tables whose rows were left out, `schema.name` */
  readonly emptied: readonly string[];
  /** entries left out, by kind */
  readonly leftOut: Readonly<Record<string, number>>;
}

export interface MaskedColumn extends ColumnCounts {
  readonly schema: string;
  readonly table: string;
  readonly column: string;
  readonly as: string;
  /** kinds of values that it makes on purpose */
  readonly looksLike: readonly string[];
}

/**
 * Reads a custom-format archive as it streams by and writes it again with its values masked, in flat memory. What the rules leave open is found in the table of contents, before a byte
 * is written. Returns when the archive was whole, as `readArchive` judges it, and everything was taken.
 *
 * Throws `mask.refused` { findings }, `mask.value`, what `readArchive` throws, and what `take` throws.
 */
export async function maskArchive(source: AsyncIterable<Buffer>, options: MaskOptions): Promise<Masked> {
  let data: DataReader | undefined;
  const writer = new BlockWriter(options.packing, options.take);
  const window = new ByteWindow(source, {
    signal: options.signal,
    record: true,
    onFill: () => {
      const table = data?.table === undefined ? {} : { table: data.table };
      options.onProgress?.({ bytes: window.received, textBytes: data?.textBytes ?? 0, ...table });
    },
  });
  try {
    const head = await readArchiveHead(window);
    const { toc, entries, model } = await readContents(window, head);
    const maker = new MaskMaker(options.key, model.encoding);
    const plan = planMask(options.rules, model, maker);
    if (isBlocked(plan.findings)) throw new AppError('mask.refused', { findings: plan.findings });
    options.onPlan?.({ tables: lookedAt(toc, plan), decode: (bytes) => toc.decode(Buffer.from(bytes, 'latin1')) });
    const left = new LeftOut(plan);
    const kept = (entry: PlacedEntry): boolean => !left.has(entry);
    await options.take(maskedToc(window.endRecording(), head, entries, kept, options.packing));
    const tap = new MaskingTap(toc, plan, maker, writer);
    data = new DataReader(window, head.compression, toc.decode, { tap });
    const { tables, largeObjects } = await data.read(toc.blocks);
    await readBehind(window, head, toc, data.places);
    return {
      findings: plan.findings,
      bytes: window.received,
      ...{ tables, largeObjects, columns: tap.columns(), emptied: tap.emptied, leftOut: left.counts() },
    };
  } finally {
    data?.close();
    writer.close();
    await window.close();
  }
}

/** The model of an archive's definitions alone: what rules can be held against. Errors are those of `readArchive`. */
export async function readSchemaModel(source: AsyncIterable<Buffer>, signal?: AbortSignal): Promise<SchemaModel> {
  const window = new ByteWindow(source, { signal });
  try {
    return (await readContents(window, await readArchiveHead(window))).model;
  } finally {
    await window.close();
  }
}

function lookedAt(toc: TocReading, plan: MaskPlan): Map<number, LookedTable> {
  const tables = new Map<number, LookedTable>();
  for (const { dumpId, table } of toc.blocks) {
    const of = table === undefined ? undefined : plan.tables.get(tableKey(table));
    if (table === undefined || of?.rows !== true) continue;
    const columns = unpackColumns(table.columns).flatMap((bytes, at): LookedAt[] => {
      const name = toc.decode(bytes);
      const column = of.columns.get(name);
      if (column === undefined || !holdsText(column.column.type)) return [];
      return [{ at, name, looksLike: column.built.looksLike }];
    });
    tables.set(dumpId, { schema: table.schema, name: table.name, columns });
  }
  return tables;
}

interface NamedEntry extends PlacedEntry {
  readonly kind: string;
  readonly name: string;
}

async function readContents(
  window: ByteWindow,
  head: ArchiveHead,
): Promise<{ toc: TocReading; entries: NamedEntry[]; model: SchemaModel }> {
  const entries: NamedEntry[] = [];
  const reader = new ModelReader(detect);
  let decode: Decode = decoderOf('UTF8');
  let from = window.offset;
  const toc = await readToc(window, head, (entry, names) => {
    if (names.kind === 'ENCODING') {
      const encoding = /'([^']+)'/.exec(entry.definition.toString('latin1'))?.[1];
      if (encoding !== undefined) decode = decoderOf(encoding);
    }
    reader.add(entry, names, decode);
    const { dumpId, hasData } = entry;
    entries.push({ dumpId, hasData, kind: names.kind, name: names.name, from, to: window.offset });
    from = window.offset;
  });
  return { toc, entries, model: reader.result(toc.encoding) };
}

/** What is in no masked archive, counted. */
class LeftOut {
  readonly #withoutLargeObjects: boolean;
  readonly #counts = new Map<string, number>();

  constructor({ withoutLargeObjects }: MaskPlan) {
    this.#withoutLargeObjects = withoutLargeObjects;
  }

  has(entry: PlacedEntry): boolean {
    const { kind, name } = entry as NamedEntry;
    const ofObjects = kind === 'BLOBS' || concernsLargeObjects(kind, name);
    if (!isLeftOutAlways(kind) && !(ofObjects && this.#withoutLargeObjects)) return false;
    this.#counts.set(kind, (this.#counts.get(kind) ?? 0) + 1);
    return true;
  }

  counts(): Record<string, number> {
    return Object.fromEntries(this.#counts);
  }
}

/** Between the reader and the writer. */
class MaskingTap implements ArchiveTap {
  readonly emptied: string[] = [];
  readonly #plan: MaskPlan;
  readonly #maker: MaskMaker;
  readonly #writer: BlockWriter;
  readonly #blocks = new Map<number, { key: string; columns: string }>();
  readonly #columns: (() => MaskedColumn)[] = [];
  readonly #decode: Decode;
  /** begins the block in work, before its first byte */
  #begin: (() => Promise<void>) | undefined;
  #rows: RowMasker | undefined;

  constructor(toc: TocReading, plan: MaskPlan, maker: MaskMaker, writer: BlockWriter) {
    this.#plan = plan;
    this.#maker = maker;
    this.#writer = writer;
    this.#decode = toc.decode;
    for (const { dumpId, table } of toc.blocks)
      if (table !== undefined) this.#blocks.set(dumpId, { key: tableKey(table), columns: table.columns });
  }

  columns(): MaskedColumn[] {
    return this.#columns.map((column) => column());
  }

  table(dumpId: number): void {
    const block = this.#blocks.get(dumpId);
    const plan = block === undefined ? undefined : this.#plan.tables.get(block.key);
    // there is one for every table of the table of contents
    if (block === undefined || plan === undefined) throw new AppError('internal', { message: 'rows without a plan' });
    this.#blocks.delete(dumpId);
    this.#begin = () => this.#writer.table(dumpId);
    if (plan.rows)
      this.#rows = this.#maskerFor(
        plan,
        unpackColumns(block.columns).map((name) => this.#decode(name)),
      );
    else {
      this.#rows = undefined;
      this.emptied.push(`${plan.table.schema}.${plan.table.name}`);
    }
  }

  text(piece: Buffer): Promise<void> | undefined {
    const rows = this.#rows;
    if (rows === undefined) return undefined;
    return this.#begin === undefined ? rows.push(piece) : this.#beginning(() => rows.push(piece));
  }

  async tableEnd(): Promise<void> {
    await this.#beginning(() => (this.#rows === undefined ? this.#writer.write(noRows) : undefined));
    await this.#writer.end();
  }

  largeObjects(dumpId: number): void {
    if (!this.#plan.withoutLargeObjects) this.#begin = () => this.#writer.largeObjects(dumpId);
  }

  largeObject(oid: number): void {
    if (this.#plan.withoutLargeObjects) return;
    const before = this.#begin;
    this.#begin = async () => {
      await before?.();
      await this.#writer.largeObject(oid);
    };
  }

  content(piece: Buffer): Promise<void> | undefined {
    if (this.#plan.withoutLargeObjects) return undefined;
    return this.#begin === undefined ? this.#writer.write(piece) : this.#beginning(() => this.#writer.write(piece));
  }

  async largeObjectEnd(): Promise<void> {
    if (this.#plan.withoutLargeObjects) return;
    await this.#beginning(() => undefined);
    await this.#writer.end();
  }

  async largeObjectsEnd(): Promise<void> {
    if (this.#plan.withoutLargeObjects) return;
    await this.#beginning(() => undefined);
    await this.#writer.endLargeObjects();
  }

  async #beginning(then: () => Promise<void> | undefined): Promise<void> {
    const begin = this.#begin;
    this.#begin = undefined;
    await begin?.();
    await then();
  }

  #maskerFor({ table, columns }: TablePlan, names: readonly string[]): RowMasker {
    const fields: MaskedField[] = [];
    names.forEach((name, at) => {
      const plan = columns.get(name);
      if (plan === undefined) throw new AppError('internal', { message: 'a column without a plan' });
      const mask = maskOf(plan);
      if (mask === undefined) return;
      const of = plan.transform.as === 'date' ? plan.transform.subject : undefined;
      const subject = of === undefined ? undefined : names.indexOf(of);
      const masker = new ColumnMasker(mask, subject !== undefined, plan.built.direct);
      fields.push({ at, masker, subject });
      const { schema, name: of0 } = table;
      this.#columns.push(() => ({
        ...{ schema, table: of0, column: name, as: plan.transform.as, looksLike: plan.built.looksLike },
        ...{ changed: masker.changed, stayed: masker.stayed, nulls: masker.nulls, empty: masker.empty },
      }));
    });
    return new RowMasker(fields, {
      take: (bytes, from, to) => this.#writer.write(bytes, from, to),
      text: (bytes) => this.#maker.text(bytes),
      fail: (at) => {
        const data = { table: `${table.schema}.${table.name}`, column: names[at] ?? '', reason: 'long' };
        throw new AppError('mask.value', data);
      },
    });
  }
}

/** What COPY of an empty table writes. */
const noRows = Buffer.from('\\.\n\n\n');
