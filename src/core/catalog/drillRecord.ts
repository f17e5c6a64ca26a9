import * as v from 'valibot';

/** How a drill ended: the backup came back as it was, it did not, or nothing was shown of it. */
export type DrillOutcome = 'proved' | 'disproved' | 'notProved';

/** What one drill of a backup came to: an object of its own beside the backup, signed. Seconds; times are UTC ISO 8601. */
export interface DrillRecord {
  readonly outcome: DrillOutcome;
  /** when it ended */
  readonly time: string;
  /** where it was restored: `cluster/namespace/pod` */
  readonly place: string;
  readonly job: string;
  readonly by: string;
  /** from looking for the backup until all in it was compared; of one that did not come so far until it ended */
  readonly seconds: number;
  /** `find`, `fetch` (with what decrypts it), `prepare`, `restore`, `verify`, `check` */
  readonly steps: Readonly<Record<string, number>>;
  /** of the database when it was backed up */
  readonly bytes?: number;
  readonly tables?: number;
  readonly rows?: number;
  readonly checks: readonly { readonly name: string; readonly outcome: 'met' | 'unmet' | 'failed' }[];
  /** the code of what disproved it, or kept it from being proved */
  readonly because?: string;
}

/** Which backup, with which bytes, it is of. */
export interface DrilledBackup {
  readonly backup: string;
  /** SHA-256 of the archive as its manifest says */
  readonly archive: string;
}

/** A drill as it says whose it is. */
export type SaidDrill = DrillRecord & DrilledBackup;

const text = v.pipe(v.string(), v.maxLength(4096));
const seconds = v.pipe(v.number(), v.minValue(0), v.maxValue(1e9));
const count = v.pipe(v.number(), v.integer(), v.minValue(0));

const form = v.object({
  format: v.literal('db-ferry-drill'),
  formatVersion: v.literal(1),
  ...{ backup: text, archive: text, outcome: v.picklist(['proved', 'disproved', 'notProved']) },
  ...{ time: v.pipe(v.string(), v.isoTimestamp()), place: text, job: text, by: text },
  ...{ seconds, steps: v.record(v.pipe(v.string(), v.maxLength(20)), seconds) },
  ...{ bytes: v.exactOptional(count), tables: v.exactOptional(count), rows: v.exactOptional(count) },
  checks: v.pipe(v.array(v.object({ name: text, outcome: v.picklist(['met', 'unmet', 'failed']) })), v.maxLength(200)),
  because: v.exactOptional(text),
});

/** A drill of `verified/`, its signatures taken apart; undefined for what is none. Pure. */
export function parseDrill(value: unknown): SaidDrill | undefined {
  const read = v.safeParse(form, value);
  return read.success ? read.output : undefined;
}
