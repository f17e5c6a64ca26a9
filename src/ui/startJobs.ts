import { join } from 'node:path';
import type { JobKind, JobRequest, JobWork } from '../core/job/request';
import type { Services } from '../services';
import { showProgress } from './notify/progressNotification';
import { jobTitle } from './jobWords';
import { askReason, requestOf } from './jobRequest';
import { settings } from './settings';
import { showWarningMessage } from './shown';
import { t } from '../words/language';

/**
 * Starts jobs, each as a process of its own, and shows how they go. Resolves when all are started, not when they end;
 * their ends are told by the messages of `JobMessages`. Throws what starting throws.
 */
export async function startJobs(services: Services, wanted: readonly JobWork[]): Promise<void> {
  if (wanted.length === 0) return;
  const plain = await Promise.all(wanted.map(requestOf));
  const [one] = plain;
  const reason = await askReason(one && plain.length === 1 ? jobTitle({ request: one }) : t`${plain.length} jobs`);
  await startRequests(
    services,
    plain.map((request) => (reason === undefined ? request : { ...request, asked: { ...request.asked, reason } })),
  );
}

/** The same of requests that are whole. */
export async function startRequests(services: Services, requests: readonly JobRequest[]): Promise<void> {
  const { startJob } = await import('../core/job/run/startJob');
  await services.jobs.watch();
  const options = {
    command: ownCommand(services.extensionPath),
    env: settings.keepAwake() ? {} : { DB_FERRY_KEEP_AWAKE: '0' },
  };
  for (const [at, request] of requests.entries()) {
    const identities = await identitiesOf(request.kind);
    const job = await startJob(request, { ...options, identities }).catch((error: unknown) => {
      tellNotStarted(requests.slice(at));
      throw error;
    });
    services.messages.own(job.id);
    showProgress({ folder: job.folder, request }, jobTitle({ request }));
  }
}

/** A job that reads no backup is handed no key. Throws `identity.unusable`. */
async function identitiesOf(kind: JobKind): Promise<string | undefined> {
  if (!readers.has(kind)) return undefined;
  const { identitiesToHandOver, ownIdentities } = await import('../core/encrypt/ownIdentities');
  return identitiesToHandOver(await ownIdentities());
}

const readers: ReadonlySet<JobKind> = new Set<JobKind>(['restore', 'verify', 'drill', 'diff', 'swap']);

/** Of several: what is in the way of one is in the way of those after it. */
function tellNotStarted(requests: readonly JobRequest[]): void {
  if (requests.length < 2) return;
  const titles = requests.map((request) => jobTitle({ request }));
  void showWarningMessage(t`Not started: ${titles.join('; ')}.`);
}

/** The command line that is packaged with the extension; small nurseries keep a stream's memory low. */
function ownCommand(extensionPath: string): string[] {
  const script = join(extensionPath, 'dist', 'cli.js');
  return [process.execPath, '--max-semi-space-size=2', '--optimize-for-size', script];
}
