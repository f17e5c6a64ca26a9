import type { BackupEntry } from '../core/catalog/manifest';
import { aboutTrust } from '../core/cluster/aboutTrust';
import type { Cluster } from '../core/cluster/cluster';
import { findingLines } from '../ui/findingLines';
import { backupName } from '../ui/backupWords';
import { size } from '../ui/format';
import { pickPod } from '../ui/ask/pickPlace';
import { startJobs } from '../ui/startJobs';
import { oneBackup } from './backupTargets';
import { parsePodReference } from '../core/cluster/reference';
import { parseBackupRef } from '../core/job/request';
import type { Command } from './command';
import { showWarningMessage } from '../ui/shown';
import { t } from '../words/language';

const title = () => t`Deep Verify`;

/** Proves a backup by restoring it aside in a pod, after saying what happens there. */
export const deepVerify: Command = {
  id: 'dbFerry.deepVerify',
  rowsOf: 'backups',
  async run(services, target) {
    const { operand, entry } = await oneBackup(services, target, title());
    const { reference, model } = await pickPod(services, {
      title: title(),
      placeholder: t`In which database pod?`,
      isTarget: true,
    });
    const message = t`Deep verify ${backupName(entry)} on ${reference}?`;
    const answer = await showWarningMessage(
      message,
      { modal: true, detail: whatHappens(entry, model.cluster) },
      title(),
    );
    if (answer === undefined) return;
    await startJobs(services, [
      { kind: 'verify', backup: parseBackupRef(operand), deep: parsePodReference(reference), options: {} },
    ]);
  },
};

function whatHappens({ manifest: { size: sizes } }: BackupEntry, cluster: Cluster): string {
  const room =
    sizes.database === undefined ? '' : t` That takes about ${size(sizes.database)} on its disk for the while.`;
  return [
    t`The backup is restored there into a database of its own, compared with the archive, and dropped again.${room}`,
    t`No database that is there is touched. Roles that are missing are made without login, and dropped again as well.`,
    ...findingLines(aboutTrust([cluster])),
  ].join('\n\n');
}
