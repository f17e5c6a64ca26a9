import type { WaitingFacts } from '../../core/base/noteData';
import { followJob } from '../../core/job/record/followJob';
import type { JobRequest } from '../../core/job/request';
import { waitingText } from '../../words/noteWords';
import { jobPercent } from '../jobPercent';
import { phaseText, shortProgress } from '../jobWords';
import { stopJob } from '../stopJob';
import { showWarningMessage, withProgress } from '../shown';
import { t } from '../../words/language';

/** A notification with percent and Cancel, until the job ends or somebody closes it. */
export function showProgress(
  { folder, request }: { readonly folder: string; readonly request: JobRequest },
  title: string,
): void {
  void withProgress({ title, cancellable: true }, async (progress, token) => {
    const closed = new AbortController();
    token.onCancellationRequested(() => {
      closed.abort();
      void stopJob({ folder });
    });
    let shown = 0;
    let isTold = false;
    for await (const event of followJob(folder, closed.signal)) {
      if (event.type === 'note' && event.code === 'locks.waiting' && !isTold) {
        isTold = true;
        void offerToStop(folder, title, event.data);
      }
      if (event.type !== 'phase' && event.type !== 'progress') continue;
      const percent = Math.max(shown, jobPercent(request, event) ?? 0);
      const message = event.type === 'phase' ? phaseText(event.phase) : shortProgress(event);
      progress.report({ message, increment: percent - shown });
      shown = percent;
    }
  });
}

/** Once for a job: whoever waits goes on waiting, and the Jobs view tells of it. */
async function offerToStop(folder: string, title: string, waiting: WaitingFacts): Promise<void> {
  const stop = t`Cancel Job`;
  const pressed = await showWarningMessage(`${title}: ${waitingText(waiting)}.`, stop, t`Let Them Wait`);
  if (pressed === stop) await stopJob({ folder });
}
