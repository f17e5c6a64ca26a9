import { defined } from '../../base/defined';
import type { Finding } from '../../base/finding';
import { formatReference } from '../../cluster/reference';
import { importInto } from '../../import/importInto';
import { openScript } from '../../import/openDump';
import { Places } from '../plan/places';
import type { RunKind } from '../run/jobContext';
import { backupFacts } from './backupJob';

/** Loads somebody else's dump into databases made for it, and backs those up. */
export const importJob: RunKind<'import'> = async ({ id, request, work }) => {
  const { options, root, asked, file } = request;
  const started = Date.now();
  work.report({ type: 'phase', phase: 'preflight' });
  const dump = await openScript(file);
  const { client, pod } = await new Places(request.kubeconfigs, options.gentle, [], work).pod(
    request.into,
    work.signal,
  );
  const { alias, server } = client.cluster;
  const { compress = 'auto', encrypt, gentle, databases, createRoles } = options;
  const into = formatReference(request.into);
  const imported = await importInto(
    {
      ...{ dump, target: pod, reference: into, job: id },
      ...defined({ databases, createRoles }),
      backup: { root, compress, asked, cluster: { alias, server }, ...defined({ encrypt, gentle }) },
    },
    work,
  );
  const findings: Finding[] = imported.flatMap((one) => [...one.findings, ...one.ofBackup]);
  const isWhole = imported.every(({ notLoadedCount, ownersLeft }) => notLoadedCount + ownersLeft.length === 0);
  return {
    outcome: isWhole ? 'done' : 'differences',
    findings,
    data: {
      ...{ file, into, holds: dump.holds, packed: dump.packed },
      backups: imported.map(({ backup }) => backup.id),
      databases: imported.map(({ database, backup, loaded, notLoaded, notLoadedCount }) => ({
        ...{ database, loaded, notLoaded: notLoaded.slice(0, 200), notLoadedCount },
        ...backupFacts(backup),
      })),
      seconds: (Date.now() - started) / 1000,
    },
  };
};
