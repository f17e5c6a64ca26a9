import { AppError } from '../core/base/errors';
import { parseJson } from '../core/base/json';
import { actionsOn, type FoundRequest } from '../core/governance/gatherRequests';
import { workDigest } from '../core/governance/operationRequest';
import { parseDatabaseReference, formatReference } from '../core/cluster/reference';
import { formatBackupRef, placesOf, type JobRequest } from '../core/job/request';
import type { Services } from '../services';
import { typeName } from '../ui/ask/confirmName';
import { frameOf } from '../ui/jobRequest';
import { showWarningMessage } from '../ui/shown';
import { startRequests } from '../ui/startJobs';
import { jobTitle } from '../words/jobTitle';
import { levelWords, requestRows } from '../words/requestWords';
import type { Command } from './command';
import { oneRequest } from './requestTargets';
import { t } from '../words/language';

/** Does what one asked for and others approved: exactly that, after it was shown once more. */
export const runRequest: Command = {
  id: 'dbFerry.runRequest',
  rowsOf: 'requests',
  async run(services, target) {
    const found = await oneRequest(services, target, {
      ...{ title: 'Run What Was Approved', none: t`Nothing of yours is approved and can run now.` },
      filter: (one) => actionsOn(one).canRun,
    });
    if (!found) return;
    const said = await services.requests.levelOf(found);
    const job = await jobOf(services, found, said === 'enforced' || said === 'open');
    const level = levelWords()[said];
    const rows = requestRows(found.request, found.now).map(([name, value]) => `${name}: ${value}`);
    const places = placesOf(job).map(formatReference);
    const detail = [places.join('\n'), rows.join('\n'), level].join('\n\n');
    const answer = await showWarningMessage(`${jobTitle({ request: job })}?`, { modal: true, detail }, 'Run');
    if (answer === undefined) return;
    const typed = await confirmedName(services, job);
    if (typed === false) return;
    await startRequests(services, [typed === undefined ? job : ({ ...job, confirmed: typed } as JobRequest)]);
    await services.requests.refresh();
  },
};

/** The job that a request is for, held to its digest. Where nobody refuses a request in another's name, anybody may have written it: only what was asked for here is run then. */
async function jobOf(services: Services, { request, me }: FoundRequest, isRefused: boolean): Promise<JobRequest> {
  const { metadata, spec } = request;
  const refused = (reason: 'digest' | 'foreign' | 'elsewhere'): AppError =>
    new AppError('approval.refused', { request: metadata.name, reason });
  if (spec.requestedBy !== me) throw refused('foreign');
  if (!isRefused && !services.asked.has(spec.digest)) throw refused('elsewhere');
  const { parseRequest } = await import('../core/job/parseRequest');
  const { workOf } = await import('../core/job/checkRequest');
  const work: unknown = parseJson(spec.work ?? '');
  if (typeof work !== 'object' || work === null) throw refused('digest');
  const asked = { reason: spec.reason, ticket: spec.ticket, emergency: spec.emergency || undefined };
  const frame = frameOf();
  const job = parseRequest({
    ...work,
    ...frame,
    asked: {
      ...frame.asked,
      ...Object.fromEntries(Object.entries(asked).filter(([, value]) => value !== undefined)),
      approval: metadata.name,
    },
  });
  if (workDigest(workOf(job), await archiveOf(job)) !== spec.digest) throw refused('digest');
  const { aboutOf } = await import('../core/job/plan/aboutOf');
  const about = await aboutOf(workOf(job), job.root).catch(() => undefined);
  return about === undefined ? job : { ...job, about };
}

async function archiveOf(job: JobRequest): Promise<string | undefined> {
  if (job.kind !== 'restore') return undefined;
  const { findBackup } = await import('../core/catalog/catalog');
  return (await findBackup(job.root, formatBackupRef(job.backup))).manifest.archive.sha256;
}

/** The name that protected places ask for; undefined: none is asked for; false: given up. */
async function confirmedName(services: Services, job: JobRequest): Promise<string | undefined | false> {
  const of = 'of' in job && typeof job.of === 'object' && 'database' in job.of ? job.of : undefined;
  const place = 'target' in job ? job.target : of;
  const target = place === undefined ? undefined : formatReference(place);
  if (target === undefined) return undefined;
  const { cluster, namespace, database } = parseDatabaseReference(target);
  const model = services.clusters.known(cluster);
  if (model === undefined || !services.protection.isProtected(model.cluster, namespace)) return undefined;
  return (await typeName(t`${cluster}/${namespace} is protected`, database)) ? database : false;
}
