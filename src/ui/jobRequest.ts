import { hostname, userInfo } from 'node:os';
import { AppError } from '../core/base/errors';
import type { BackupOptions } from '../core/backup/options';
import { defined } from '../core/base/defined';
import { checkWork } from '../core/job/checkRequest';
import type { JobRequest, JobWork, RequestFrame } from '../core/job/request';
import type { RestoreOptions } from '../core/restore/options';
import { settings } from './settings';
import { showInputBox } from './shown';
import { t } from '../words/language';

/**
 * The request that a job's folder holds, with what the settings say of such jobs, and with what it is about, where that can be told. Throws `usage` for options that do not go
 * together.
 */
export async function requestOf(wanted: JobWork): Promise<JobRequest> {
  const work = withSettings(wanted);
  checkWork(work);
  const [root, kubeconfigs] = [settings.root(), settings.kubeconfigFiles()];
  const { aboutOf } = await import('../core/job/plan/aboutOf');
  // what cannot be found the job says in its own words
  const about = await aboutOf(work, root).catch(() => undefined);
  return { ...work, schema: 2, kubeconfigs, root, ...defined({ about }), asked: { by: askedBy() } };
}

/** What each request from here has, whatever it is for. */
export function frameOf(): RequestFrame {
  const [root, kubeconfigs] = [settings.root(), settings.kubeconfigFiles()];
  return { schema: 2, kubeconfigs, root, asked: { by: askedBy() } };
}

function withSettings(work: JobWork): JobWork {
  const paced = defined({ gentle: settings.gentle() });
  switch (work.kind) {
    case 'backup':
      return { ...work, options: { ...work.options, ...paced } };
    case 'restore':
      return { ...work, options: { ...work.options, ...streamsFor(work.options), ...paced } };
    case 'copy':
      return { ...work, options: { ...work.options, ...streamsFor(work.options), ...paced } };
    case 'verify':
    case 'drill':
    case 'diff':
      return { ...work, options: { ...work.options, ...paced } };
    default:
      return work;
  }
}

/** How many there are at most says the setting; what goes in one stream anyway is not asked. */
function streamsFor({ streams, inPlace }: RestoreOptions): Pick<RestoreOptions, 'streams'> {
  if (streams !== undefined || inPlace === true || settings.gentle() !== undefined) return defined({ streams });
  return { streams: settings.restoreStreams() };
}

/** How backups are taken, by the settings. */
export function backupOptions(): BackupOptions {
  return {
    compress: settings.compression(),
    ...(settings.countRows() ? { count: true } : {}),
    ...(settings.encrypt() ? { encrypt: true } : {}),
  };
}

/** The reason, where the setting wants one. Throws `cancelled` when the user gives up. */
export async function askReason(title: string): Promise<string | undefined> {
  if (!settings.askForReason()) return undefined;
  const reason = await showInputBox({
    title,
    prompt: t`Why? It goes into manifest and report.`,
    // what was confirmed before it would be lost
    ignoreFocusOut: true,
    validateInput: (text) => (text.trim() === '' ? t`A reason is asked for before each job` : undefined),
  });
  if (reason === undefined) throw new AppError('cancelled');
  return reason;
}

/** Who asks, as manifests and reports say it. */
export function askedBy(): string {
  const place = process.env['DEVWORKSPACE_NAME'] ?? hostname();
  try {
    return `${userInfo().username}@${place}`;
  } catch {
    // an arbitrary uid of OpenShift may have no name
    return `uid ${process.getuid?.() ?? '?'}@${place}`;
  }
}
