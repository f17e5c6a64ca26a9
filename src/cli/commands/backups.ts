import type { JsonObject } from '../../core/base/json';
import type { UnreadableBackup } from '../../core/catalog/catalog';
import type { BackupSummary } from '../../core/catalog/manifest';
import { count, duration, localTime, safe, serverVersionText, size } from '../../words/format';
import { runningText, wordsFor } from '../../words/errorWords';
import { asItSays } from '../../words/provenanceWords';
import type { Command } from '../command';
import { cliHints } from '../hints';
import { List, listFlags, type Listing } from '../list';
import { isOf, placeOf } from '../named';
import { rootOf } from '../setting';

/** Lists the catalog. */
export const backups: Command = {
  name: 'backups',
  summary: 'list the backups in the catalog, oldest first',
  examples: [
    'db-ferry backups',
    'db-ferry backups prod',
    'db-ferry backups prod/shop/postgres-0/shop',
    'db-ferry backups --root s3://backups/team-a',
  ],
  operands: [{ name: 'place', takes: ['place'], optional: true }],
  options: listFlags,
  async run(call) {
    const { listPartials, readCatalog } = await import('../../core/catalog/catalog');
    const { parseReference } = await import('../../core/cluster/reference');
    const [operand] = call.operands;
    const place = operand === undefined ? undefined : parseReference(operand);
    const list = new List(call, listing);
    const root = await rootOf(call);
    const { terminal } = call;
    const { entries, unreadable } = await readCatalog(root);
    const found = entries.filter((entry) => place === undefined || isOf(entry, place));
    const partials = place === undefined ? await listPartials(root) : [];
    for (const entry of found) terminal.event(listing.itemOf(entry));
    for (const folder of partials) terminal.event({ type: 'partial', folder });
    for (const one of unreadable) terminal.event({ type: 'unreadable', ...unreadableRow(one) });
    terminal.event({ type: 'result', outcome: 'done', exitCode: 0, data: { root, backups: found.length } });
    if (found.length === 0) terminal.info(`No backups${operand === undefined ? '' : ` of ${operand}`} in ${root}.`);
    list.show(found, { root, partials, unreadable: unreadable.map(unreadableRow) });
    for (const folder of partials) terminal.info(`not finished: ${safe(folder)}`);
    for (const { folder, error } of unreadable) {
      terminal.info(`cannot be read: ${safe(folder)}: ${runningText(wordsFor(error.code, error.data, cliHints))}`);
    }
    return 0;
  },
};

function unreadableRow({ folder, error: { code, data } }: UnreadableBackup): JsonObject {
  return { folder, error: { code, data } };
}

/** A backup as one event for scripts: its manifest without what is long. */
function backupRow({ id, folder, manifest, signed, tables, rows }: BackupSummary): {
  readonly type: string;
  readonly [fact: string]: unknown;
} {
  const { source, time, size: sizes, verified, origin, asked, job, archive, encryption, masked } = manifest;
  return {
    type: 'backup',
    id,
    folder,
    origin,
    source,
    time,
    size: sizes,
    sha256: archive.sha256,
    tables,
    rows,
    verified,
    signed: signed ?? { by: 'nobody' },
    ...(encryption === undefined ? {} : { encrypted: true }),
    ...(masked === undefined ? {} : { masked: true }),
    asked,
    job,
  };
}

const listing: Listing<BackupSummary> = {
  nameOf: ({ id }) => id,
  itemOf: backupRow,
  columns: [
    { name: 'backup', text: ({ id }) => id },
    {
      name: 'time',
      text: ({ manifest }) => localTime(manifest.time.snapshot),
      raw: ({ manifest }) => manifest.time.snapshot,
    },
    { name: 'of', text: placeOf, isFlexible: true },
    {
      name: 'verified',
      text: (entry) => asItSays(entry, levelsOf(entry).join(', ')),
      raw: (entry) => levelsOf(entry).join(','),
    },
    {
      name: 'size',
      text: ({ manifest }) => size(manifest.size.archive),
      raw: ({ manifest }) => manifest.size.archive,
      isRight: true,
    },
    {
      name: 'rows',
      text: ({ rows }) => count(rows),
      raw: ({ rows }) => rows,
      isRight: true,
    },
    {
      name: 'took',
      text: ({ manifest }) => duration(manifest.time.seconds),
      raw: ({ manifest }) => manifest.time.seconds,
    },
    { name: 'signed', text: ({ signed }) => signed?.by ?? 'nobody', isWide: true },
    {
      name: 'server',
      text: ({ manifest }) =>
        manifest.source.serverVersion === 0 ? '' : serverVersionText(manifest.source.serverVersion),
      isWide: true,
    },
    { name: 'by', text: ({ manifest }) => manifest.asked.by, isWide: true },
    { name: 'reason', text: ({ manifest }) => manifest.asked.reason ?? '', isWide: true },
    { name: 'job', text: ({ manifest }) => manifest.job, isWide: true },
    { name: 'folder', text: ({ folder }) => folder, isWide: true },
  ],
};

function levelsOf({ manifest }: BackupSummary): string[] {
  const levels = [...new Set(manifest.verified.map(({ level }) => level))];
  return [...levels, ...(manifest.encryption ? ['encrypted'] : []), ...(manifest.masked ? ['masked'] : [])];
}
