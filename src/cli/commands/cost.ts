import { AppError, toAppError } from '../../core/base/errors';
import { defined } from '../../core/base/defined';
import type { CostRow, StoredSpan } from '../../core/catalog/cost';
import { safe, size } from '../../words/format';
import { runningText, wordsFor } from '../../words/errorWords';
import type { Call, Command } from '../command';
import { cliHints } from '../hints';
import { placeOf } from '../named';
import { rootOf } from '../setting';
import { table } from '../table';
import { rulesOf } from './retain';

/** What backups cost. */
export const cost: Command = {
  name: 'cost',
  summary: 'what backups take and cost, by store and database: now, what rules would save, the year to come',
  more: [
    'The stores that have names are added up, each at its price (stores add --price), and the root at --price; the price is that of a GB (10^9 bytes) in a month, in whatever money. Growth is the average of the last three months, with what was deleted since counted as long as it lay there; where less than a month is known the year is reckoned without it.',
    'With the rules of retain (--keep-daily 7 …) it also says what they would save. --csv is for a spreadsheet.',
  ],
  examples: [
    'db-ferry cost --price 0.023',
    'db-ferry cost --price 0.023 --keep-daily 7 --keep-weekly 5 --csv > cost.csv',
  ],
  operands: [],
  options: [
    'price',
    'csv',
    ...(['keep-last', 'keep-daily', 'keep-weekly', 'keep-monthly', 'keep-yearly', 'keep-within'] as const),
    ...(['keep-failed', 'min-verified', 'zone'] as const),
  ],
  async run(call) {
    const { costOf } = await import('../../core/catalog/cost');
    const { terminal, options } = call;
    const own = options.price === undefined ? undefined : Number(options.price);
    if (own !== undefined && !(own >= 0)) throw new AppError('usage', { rule: 'store.price' });
    const { roots, prices } = await rootsOf(call, own);
    const found = await spansOf(call, roots);
    const rows = costOf(found.spans, new Date(), {
      price: (store) => prices.get(store),
      ...(found.going ? { going: (store, place) => found.going?.get(`${store} ${place}`) ?? 0 } : {}),
    });
    for (const row of rows) terminal.event({ type: 'cost', ...row });
    for (const { root, error } of found.failed)
      terminal.error(`not counted: ${safe(root)}: ${runningText(wordsFor(error.code, error.data, cliHints))}`);
    const total = (of: (row: CostRow) => number | undefined): number =>
      rows.reduce((sum, row) => sum + (of(row) ?? 0), 0);
    const data = {
      ...{ bytes: total(({ bytes }) => bytes), month: total(({ month }) => month), year: total(({ year }) => year) },
      ...(found.going ? { saved: total(({ saved }) => saved) } : {}),
      notCounted: found.failed.map(({ root }) => root),
    };
    const isWhole = found.failed.length === 0;
    const exitCode = isWhole ? 0 : 3;
    terminal.event({ type: 'result', outcome: isWhole ? 'done' : 'differences', exitCode, data });
    if (options.csv === true) for (const line of csvOf(rows)) terminal.line(line);
    else if (rows.length === 0) terminal.info('No backups: nothing is paid for.');
    else {
      terminal.line(shown(rows));
      terminal.line();
      const saved = found.going ? `, of which the rules would save ${money(data.saved)}` : '';
      terminal.line(
        `${size(data.bytes)}: ${money(data.month)} a month${saved}; ${money(data.year)} in the year to come.`,
      );
    }
    return exitCode;
  },
};

/** The root, and each store that has a name. */
async function rootsOf(
  call: Call,
  own: number | undefined,
): Promise<{ readonly roots: readonly string[]; readonly prices: ReadonlyMap<string, number> }> {
  const { readStores, rootOfStore } = await import('../../core/catalog/namedStores');
  const root = await rootOf(call);
  const prices = new Map<string, number>();
  const roots = new Set([root]);
  for (const store of await readStores()) {
    const at = rootOfStore(store);
    roots.add(at);
    if (store.price !== undefined) prices.set(at, store.price);
  }
  if (own !== undefined) prices.set(root, own);
  return { roots: [...roots], prices };
}

interface Spans {
  readonly spans: readonly StoredSpan[];
  /** bytes that the rules would delete, by store and place; undefined: no rules were asked for */
  readonly going: ReadonlyMap<string, number> | undefined;
  readonly failed: readonly { readonly root: string; readonly error: AppError }[];
}

async function spansOf(call: Call, roots: readonly string[]): Promise<Spans> {
  const { readCatalog } = await import('../../core/catalog/catalog');
  const { readDeleted, spanOf } = await import('../../core/catalog/deletedBackups');
  const { planRetention } = await import('../../core/job/plan/planRetention');
  const rules = rulesOf(call);
  const hasRules = Object.keys(defined(rules)).length > 0;
  const deleted = await readDeleted();
  const spans: StoredSpan[] = deleted.filter(({ store }) => roots.includes(store));
  const going = new Map<string, number>();
  const failed: { root: string; error: AppError }[] = [];
  for (const root of roots) {
    try {
      const { entries } = await readCatalog(root);
      spans.push(...entries.map((entry) => spanOf(entry, root)));
      if (!hasRules) continue;
      for (const { backup, stays } of (await planRetention(root, rules)).rows) {
        const key = `${root} ${placeOf(backup)}`;
        if (!stays) going.set(key, (going.get(key) ?? 0) + spanOf(backup, root).bytes);
      }
    } catch (error) {
      const known = toAppError(error);
      if (known.code === 'usage') throw known;
      failed.push({ root, error: known });
    }
  }
  return { spans, going: hasRules ? going : undefined, failed };
}

function shown(rows: readonly CostRow[]): string {
  const cells = rows.map(({ store, place, backups, bytes, growth, month, saved, year }) => [
    ...[safe(store), safe(place), String(backups), size(bytes)],
    growth === undefined ? '?' : `${growth < 0 ? '-' : '+'}${size(Math.abs(growth))}`,
    ...[month, saved, year].map((one) => (one === undefined ? '' : money(one))),
  ]);
  return table(['STORE', 'DATABASE', 'BACKUPS', 'NOW', 'A MONTH', 'COST A MONTH', 'SAVED', 'YEAR TO COME'], cells);
}

function csvOf(rows: readonly CostRow[]): string[] {
  const head =
    'store,database,backups,bytes,deleted_bytes,growth_bytes_per_month,cost_per_month,saved_per_month,cost_of_year';
  const lines = rows.map(({ store, place, backups, bytes, deletedBytes, growth, month, saved, year }) =>
    [store, place, backups, bytes, deletedBytes, growth, month, saved, year].map(cell).join(','),
  );
  return [head, ...lines];
}

/** Quoted where it must be; what a spreadsheet would take for a formula begins with a quote. */
function cell(value: string | number | undefined): string {
  if (value === undefined) return '';
  if (typeof value === 'number') return String(value);
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function money(amount: number | undefined): string {
  return (amount ?? 0).toFixed(2);
}
