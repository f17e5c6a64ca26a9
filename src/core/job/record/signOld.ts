import { readJson } from '../../base/json';
import { sep } from 'node:path';
import { listBackups } from '../../catalog/catalog';
import { longestManifest, parseManifest } from '../../catalog/parseManifest';
import { signManifest } from '../../catalog/signature';
import { manifestFile } from '../../store/layout';
import { localStore } from '../../store/local';
import { jobFolder } from './jobFolder';
import { readJob } from './readJob';

/**
 * Signs the backups that jobs of 0.1.0 took, which could not sign yet: where the job's own record, in a state that nobody else could write to, says that it took this very backup
 * with this very digest. All others stay as their manifests say. Never throws for one of them.
 */
export async function signOld(root: string, jobs: readonly string[]): Promise<void> {
  const taken = new Map<string, { readonly job: string; readonly id: string; readonly sha256: string }>();
  for (const job of jobs) {
    const read = await readJob(jobFolder(root, job)).catch(() => undefined);
    // others speak of backups as well
    if (read === undefined || (read.request.kind !== 'backup' && read.request.kind !== 'copy')) continue;
    const { backup, folder, sha256 } = read.result?.data ?? {};
    if (typeof backup !== 'string' || typeof folder !== 'string' || typeof sha256 !== 'string') continue;
    taken.set(placeOf(folder), { job, id: backup, sha256 });
  }
  if (taken.size === 0) return;
  for (const { id, folder, manifest, signed } of await listBackups(root).catch(() => [])) {
    const record = taken.get(placeOf(folder));
    if (signed?.by !== 'nobody' || manifest.origin !== 'db-ferry') continue;
    if (record?.id !== id || record.job !== manifest.job || record.sha256 !== manifest.archive.sha256) continue;
    await signAsItIs(folder, record.sha256).catch(() => undefined);
  }
}

/** Signs what the file says, all of it. */
async function signAsItIs(folder: string, sha256: string): Promise<void> {
  const text = await localStore(folder).get(manifestFile, longestManifest);
  const manifest = parseManifest(readJson(text));
  if (manifest.archive.sha256 === sha256) await signManifest(folder, manifest);
}

/** Where a backup is in its root, whatever the root was called when it was taken: cluster, namespace, workload, database, time. */
function placeOf(folder: string): string {
  return folder.split(sep).slice(-5).join(sep);
}
