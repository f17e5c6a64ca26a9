import { cancelJob } from '../core/job/run/cancelJob';
import { showError } from './notify/showError';
import { withProgress } from './shown';
import { t } from '../words/language';

/** Cancels a job; VS Code closes its notification at once, so another one says that it is still stopping. Never throws. */
export async function stopJob({ folder }: { readonly folder: string }): Promise<void> {
  const stopping = withProgress({ title: t`Stopping…` }, async () => cancelJob(folder));
  await stopping.then(() => undefined, showError);
}
