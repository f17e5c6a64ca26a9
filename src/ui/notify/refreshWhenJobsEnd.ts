import type * as vscode from 'vscode';
import { isAppError } from '../../core/base/errors';
import { formatReference, parseReference } from '../../core/cluster/reference';
import { backupsOf, formatBackupRef, placesOf, type JobRequest } from '../../core/job/request';
import { inNamedStore } from '../../core/store/layout';
import type { Job } from '../../core/job/record/readJob';
import type { Services } from '../../services';

/** A job that ended has changed what the trees show: backups, and the pods it worked in. */
export function refreshWhenJobsEnd({
  jobs,
  backups,
  stores,
  clusters,
}: Pick<Services, 'jobs' | 'backups' | 'stores' | 'clusters'>): vscode.Disposable {
  return jobs.onDidEndHere((job) => {
    backups.refresh();
    if (concernsStores(job.request)) stores.refresh();
    reprobe(job);
  });

  /** A cluster that nobody looked at shows nothing that could be old. */
  function reprobe({ request, result }: Job): void {
    const target = result?.data['target'];
    const texts = [...placesOf(request).map(formatReference), ...(typeof target === 'string' ? [target] : [])];
    for (const text of new Set(texts)) {
      const { cluster, namespace, pod } = reference(text) ?? {};
      if (cluster === undefined || namespace === undefined) continue;
      const model = clusters.known(cluster);
      const pods = model?.contents.namespaces.get(namespace) ?? [];
      for (const { uid, name, workload } of pods) if (name === pod || workload.name === pod) model?.reprobe(uid);
    }
  }
}

/** What was verified there says so, and what was made there is there. */
function concernsStores(request: JobRequest): boolean {
  if (request.kind === 'backup' && request.options.to !== undefined) return true;
  return backupsOf(request).some((backup) => inNamedStore(formatBackupRef(backup)) !== undefined);
}

function reference(text: string): ReturnType<typeof parseReference> | undefined {
  try {
    return parseReference(text);
  } catch (error) {
    if (isAppError(error, 'reference.invalid')) return undefined;
    throw error;
  }
}
