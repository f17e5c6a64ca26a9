import type { BackupDamage } from '../base/damage';
import { createHmac } from 'node:crypto';
import type { ArchiveChange } from '../backup/archiveChange';
import { AppError } from '../base/errors';
import type { Finding } from '../base/finding';
import type { MaskedFacts } from '../catalog/manifest';
import type { ArchiveReading } from '../postgres/archive/reading';
import type { MaskRules } from './rules/maskRules';
import { DetectTap, type LookedTable } from './stream/detectTap';
import { maskArchive, type Masked } from './stream/maskArchive';

/** Masks the archive of one backup, and proves what came of it. */
export class Masking implements ArchiveChange {
  readonly tap: DetectTap;
  readonly #rules: MaskRules;
  readonly #key: Buffer;
  readonly #looked = new Map<number, LookedTable>();
  #decode: (bytes: string) => string = (bytes) => bytes;
  #masked: Masked | undefined;

  constructor(rules: MaskRules, key: Buffer) {
    this.#rules = rules;
    this.#key = key;
    this.tap = new DetectTap(
      (dumpId) => this.#looked.get(dumpId),
      (bytes) => this.#decode(bytes),
    );
  }

  get findings(): readonly Finding[] {
    return this.#masked?.findings ?? [];
  }

  async run(dump: AsyncIterable<Buffer>, how: Parameters<ArchiveChange['run']>[1]): Promise<void> {
    this.#masked = await maskArchive(dump, {
      ...{ rules: this.#rules, key: this.#key, packing: how.packing, take: how.take, signal: how.signal },
      onPlan: ({ tables, decode }) => {
        this.#decode = decode;
        for (const [dumpId, table] of tables) this.#looked.set(dumpId, table);
      },
    });
  }

  prove(reading: ArchiveReading, backup: string): MaskedFacts {
    const masked = this.#masked;
    if (masked === undefined) throw new AppError('internal', { message: 'an archive that was not masked' });
    const { equal, damage } = held(masked, reading);
    if (damage !== undefined) throw new AppError('backup.damaged', { backup, ...damage });
    return {
      rules: this.#rules.digest,
      key: createHmac('sha256', this.#key).update('which key').digest('hex').slice(0, 16),
      columns: masked.columns.map(({ schema, table, column, as, changed, stayed, nulls, empty }) => ({
        ...{ schema, table, column, as, changed, stayed, nulls, empty },
      })),
      emptied: masked.emptied,
      leftOut: masked.leftOut,
      unmasked: equal,
      looked: this.tap.rows,
      hits: this.tap.hits,
    };
  }
}

/** Tables that no rule changes must be what they were, the others have as many rows; what is wrong, where something is. */
function held(masked: Masked, reading: ArchiveReading): { equal: number; damage?: BackupDamage } {
  const changed = new Set(masked.columns.map(({ schema, table }) => `${schema}.${table}`));
  const after = new Map(reading.tables.map((table) => [`${table.schema}\0${table.name}`, table]));
  let equal = 0;
  for (const before of masked.tables) {
    const name = `${before.schema}.${before.name}`;
    const table = after.get(`${before.schema}\0${before.name}`);
    const rows = masked.emptied.includes(name) ? 0 : before.rows;
    if (table?.rows !== rows)
      return { equal, damage: { reason: 'masked.rows', table: name, found: table?.rows, expected: rows } };
    if (changed.has(name) || masked.emptied.includes(name)) continue;
    if (table.digest !== before.digest) return { equal, damage: { reason: 'masked.changed', table: name } };
    equal += 1;
  }
  if (after.size !== masked.tables.length) return { equal, damage: { reason: 'masked.tables' } };
  const { largeObjects } = reading;
  const kept = largeObjects.digest === masked.largeObjects.digest && largeObjects.count === masked.largeObjects.count;
  return largeObjects.count === 0 || kept ? { equal } : { equal, damage: { reason: 'masked.largeObjects' } };
}
