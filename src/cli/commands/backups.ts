import type { Reference } from '../../core/cluster/reference';
import type { BackupEntry } from '../../core/catalog/manifest';
import { count, duration, localTime, safe, size } from '../../words/format';
import { runningText, wordsFor } from '../../words/errorWords';
import { asItSays } from '../../words/provenanceWords';
import type { Command } from '../command';
import { cliHints } from '../hints';
import { rootOf } from '../setting';
import { table } from '../table';

/** Lists the catalog. */
export const backups: Command = {
  name: 'backups',
  summary: 'list the backups in the catalog, oldest first',
  examples: ['db-ferry backups', 'db-ferry backups prod', 'db-ferry backups prod/shop/postgres-0/shop'],
  operands: [{ name: 'place', takes: ['place'], optional: true }],
  options: [],
  async run(call) {
    const { listPartials, readCatalog } = await import('../../core/catalog/catalog');
    const { parseReference } = await import('../../core/cluster/reference');
    const [operand] = call.operands;
    const place = operand === undefined ? undefined : parseReference(operand);
    const root = await rootOf(call);
    const { terminal } = call;
    const { entries, unreadable } = await readCatalog(root);
    const found = entries.filter((entry) => place === undefined || isOf(entry, place));
    const partials = place === undefined ? await listPartials(root) : [];
    for (const entry of found) terminal.event(backupRow(entry));
    for (const folder of partials) terminal.event({ type: 'partial', folder });
    for (const { folder, error } of unreadable) {
      terminal.event({ type: 'unreadable', folder, error: { code: error.code, data: error.data } });
    }
    terminal.event({ type: 'result', outcome: 'done', exitCode: 0, data: { root, backups: found.length } });
    if (found.length === 0) terminal.info(`No backups${operand === undefined ? '' : ` of ${operand}`} in ${root}.`);
    else terminal.line(table(headings, found.map(columns), { right: [4, 5], width: terminal.width, flexible: 2 }));
    for (const folder of partials) terminal.info(`not finished: ${safe(folder)}`);
    for (const { folder, error } of unreadable) {
      terminal.info(`cannot be read: ${safe(folder)}: ${runningText(wordsFor(error.code, error.data, cliHints))}`);
    }
    return 0;
  },
};

const headings = ['BACKUP', 'TIME', 'OF', 'VERIFIED', 'SIZE', 'ROWS', 'TOOK'];

/** A backup as one event for scripts: its manifest without what is long. */
function backupRow({ id, folder, manifest, signed }: BackupEntry): {
  readonly type: string;
  readonly [fact: string]: unknown;
} {
  const { source, time, size: sizes, verified, origin, asked, job, archive } = manifest;
  return {
    type: 'backup',
    id,
    folder,
    origin,
    source,
    time,
    size: sizes,
    sha256: archive.sha256,
    tables: manifest.tables.length,
    rows: rowsOf(manifest.tables),
    verified,
    signed: signed ?? { by: 'nobody' },
    asked,
    job,
  };
}

function isOf({ manifest: { source } }: BackupEntry, { cluster, namespace, pod, database }: Reference): boolean {
  return (
    source.cluster === cluster &&
    (namespace === undefined || source.namespace === namespace) &&
    (pod === undefined || source.pod === pod || source.workload === pod) &&
    (database === undefined || source.database === database)
  );
}

function columns(entry: BackupEntry): string[] {
  const { id, manifest } = entry;
  const { source, time, size: sizes, verified } = manifest;
  return [
    id,
    localTime(time.snapshot),
    safe(`${source.cluster}/${source.namespace}/${source.workload}/${source.database}`),
    asItSays(entry, [...new Set(verified.map(({ level }) => level))].join(', ')),
    size(sizes.archive),
    count(rowsOf(manifest.tables)),
    duration(time.seconds),
  ];
}

function rowsOf(tables: readonly { readonly rows: number }[]): number {
  return tables.reduce((sum, { rows }) => sum + rows, 0);
}
