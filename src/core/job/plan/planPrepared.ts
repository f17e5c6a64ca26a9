import { defined } from '../../base/defined';
import type { Finding } from '../../base/finding';
import { aboutTrust } from '../../cluster/aboutTrust';
import { formatReference } from '../../cluster/reference';
import { findPoolers } from '../../pod/discover/findPoolers';
import type { JudgedDatabase } from '../../restore/side/sideDatabase';
import type { Prepared } from '../../restore/side/prepared';
import { planDiscard, planSwap, type PreparedRequest } from '../../restore/swapPrepared';
import { recordsOf } from '../record/records';
import type { RequestOf } from '../request';
import { targetOf } from './jobTarget';
import { Places, type DatabasePlace } from './places';

/** What a swap or a discard would work on, as the server says before it. */
export interface PreparedPlan {
  /** of the live database: `cluster/namespace/pod/database` */
  readonly reference: string;
  readonly database: string;
  readonly side: JudgedDatabase;
  readonly facts: Prepared;
  /** there is something under the name now: a swap keeps it */
  readonly replaces: boolean;
  readonly findings: readonly Finding[];
}

/** Looks at what a swap would do and meet; changes nothing, and the job looks again. Throws `prepare.*`, `job.unknown`, and what opening a pod throws. */
export async function planSwapJob(request: RequestOf<'swap'>, signal: AbortSignal): Promise<PreparedPlan> {
  const { place, asked } = await opened(request, signal);
  const poolers = await findPoolers(place.client, place.pod.pod.namespace, signal);
  const plan = await planSwap({ ...asked, poolers, ...defined(request.options) }, signal);
  const findings = [...aboutTrust([place.client.cluster]), ...plan.findings];
  return { ...named(place), side: plan.side, facts: plan.facts, findings, replaces: plan.live !== undefined };
}

/** The same of a discard. */
export async function planDiscardJob(request: RequestOf<'discard'>, signal: AbortSignal): Promise<PreparedPlan> {
  const { place, asked } = await opened(request, signal);
  const { side, facts } = await planDiscard(asked, signal);
  const replaces = place.pod.facts.databases.some(({ name }) => name === place.database);
  return { ...named(place), side, facts, findings: aboutTrust([place.client.cluster]), replaces };
}

function named({ reference, database }: DatabasePlace): Pick<PreparedPlan, 'reference' | 'database'> {
  return { reference: formatReference(reference), database };
}

async function opened(
  request: RequestOf<'swap' | 'discard'>,
  signal: AbortSignal,
): Promise<{ readonly place: DatabasePlace; readonly asked: PreparedRequest }> {
  const { reference, job, earlier } = await targetOf(request);
  const place = await new Places(request.kubeconfigs, undefined, earlier).database(reference, signal);
  const { client, pod, database } = place;
  const records = recordsOf(request.root, pod.pod);
  return {
    place,
    asked: { target: pod, database, cluster: client.cluster.alias, records, ...defined({ preparedBy: job }) },
  };
}
