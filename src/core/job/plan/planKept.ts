import type { Finding } from '../../base/finding';
import { aboutTrust } from '../../cluster/aboutTrust';
import { planRelease, type KeptSlot } from '../../restore/side/release';
import type { JudgedDatabase } from '../../restore/side/sideDatabase';
import { planUndo, type MeantDatabase } from '../../restore/side/undo';
import { targetOf } from './jobTarget';
import { defined } from '../../base/defined';
import { formatReference } from '../../cluster/reference';
import type { RequestOf } from '../request';
import { Places } from './places';
import { recordsOf } from '../record/records';

/** What an undo or a release would do, as the server says before it. */
export interface KeptPlan {
  /** of the live database: `cluster/namespace/pod/database` */
  readonly reference: string;
  readonly database: string;
  /** what would be put back, or dropped */
  readonly kept: readonly JudgedDatabase[];
  /** what only claims to be kept, and stays as it is */
  readonly claims: readonly JudgedDatabase[];
  /** when those that claim were made, by their OIDs */
  readonly made: ReadonlyMap<number, string>;
  /** an undo: there is something under the name now, which is kept then */
  readonly replaces: boolean;
  readonly findings: readonly Finding[];
  /** a release: slots that go with it */
  readonly slots: readonly KeptSlot[];
}

/**
 * Looks at what the job of this request would do; changes nothing, and the job looks again. `named`: the name of a kept database that is meant, be it proven or not. Throws
 * `restore.nothingKept`, `restore.claimed`, `job.unknown`, and what opening a pod throws.
 */
export async function planKept(
  request: RequestOf<'undo' | 'release'>,
  signal: AbortSignal,
  named?: string,
): Promise<KeptPlan> {
  const { reference: place, job, earlier } = await targetOf(request);
  const reference = formatReference(place);
  const places = new Places(request.kubeconfigs, undefined, earlier);
  const { client, pod, database } = await places.database(place, signal);
  const only: readonly MeantDatabase[] | undefined =
    named === undefined ? undefined : [{ name: named, confirmed: true }];
  const asked = {
    ...{ target: pod, database, cluster: client.cluster.alias, records: recordsOf(request.root, pod.pod) },
    ...defined({ restoredBy: job, only }),
  };
  const common = { reference, database, claims: [], made: new Map<number, string>(), slots: [] };
  const ofCluster = aboutTrust([client.cluster]);
  if (request.kind === 'release') {
    return { ...common, ...(await planRelease(asked, signal)), findings: ofCluster, replaces: false };
  }
  const { kept, live, findings, made } = await planUndo(asked, signal);
  return { ...common, kept: [kept], replaces: live !== undefined, findings: [...ofCluster, ...findings], made };
}
