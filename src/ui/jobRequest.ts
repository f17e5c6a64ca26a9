import { hostname, userInfo } from 'node:os';
import { AppError } from '../core/base/errors';
import type { JobKind, JobOptions, JobRequest } from '../core/job/record/jobEvents';
import { settings } from './settings';
import { showInputBox } from './shown';

/** A job to start: its kind, what it works on, how. */
export interface WantedJob {
  readonly kind: JobKind;
  readonly operands: readonly string[];
  readonly options: JobOptions;
}

/** The request that a job's folder holds, with what it is about, where that can be told. */
export async function requestOf({ kind, operands, options }: WantedJob): Promise<JobRequest> {
  const root = settings.root();
  const { aboutOf } = await import('../core/job/plan/aboutOf');
  // what cannot be found the job says in its own words
  const about = await aboutOf({ kind, operands, root }).catch(() => undefined);
  const restores = kind === 'restore' || kind === 'copy';
  const gentle = settings.gentle();
  const asked = restores ? { ...options, streams: settings.restoreStreams() } : options;
  return {
    ...{ kind, operands },
    options: gentle === undefined ? asked : { ...asked, gentle },
    kubeconfigs: settings.kubeconfigFiles(),
    root,
    ...(about === undefined ? {} : { about }),
    asked: { by: askedBy() },
  };
}

/** How backups are taken, by the settings. */
export function backupOptions(): JobOptions {
  return { compress: settings.compression(), ...(settings.countRows() ? { count: true } : {}) };
}

/** The reason, where the setting wants one. Throws `cancelled` when the user gives up. */
export async function askReason(title: string): Promise<string | undefined> {
  if (!settings.askForReason()) return undefined;
  const reason = await showInputBox({
    title,
    prompt: 'Why? It goes into manifest and report.',
    // what was confirmed before it would be lost
    ignoreFocusOut: true,
    validateInput: (text) => (text.trim() === '' ? 'A reason is asked for before each job' : undefined),
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
