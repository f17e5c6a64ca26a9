import type { OpenPod } from '../../pod/databasePod';
import { propose, type Proposal } from './propose';
import { readLiveModel } from './readLiveModel';
import { sampleTables } from './sample';

/** Proposes rules for a database as it is now: names of columns, and a few rows of each table, which stay in this process. Throws what reading its definitions and rows throws. */
export async function proposeRules(
  pod: OpenPod,
  database: string,
  how: { readonly application: string; readonly signal: AbortSignal },
): Promise<Proposal[]> {
  const model = await readLiveModel(pod, database, how);
  // a partitioned table has no rows of its own
  const tables = model.tables.filter(({ columns }) => columns.length > 0);
  return propose(model, await sampleTables({ exec: pod.exec, access: pod.facts.access }, database, tables, how));
}
