import * as vscode from 'vscode';
import { followJob } from '../core/job/followJob';
import type { Phase } from '../core/progress';
import { jobPercent } from './jobPercent';
import { phaseText, shortProgress } from './jobWords';
import { stopJob } from './stopJob';

/** A notification with real percent and Cancel, until the job ends or somebody closes it. */
export function showProgress(folder: string, title: string): void {
  void vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title, cancellable: true },
    async (progress, token) => {
      token.onCancellationRequested(() => void stopJob({ folder }));
      let shown = 0;
      let phase: Phase | undefined;
      for await (const event of followJob(folder)) {
        if (event.type === 'phase') {
          phase = event.phase;
          progress.report({ message: phaseText(phase) });
        } else if (event.type === 'progress') {
          const percent = Math.max(shown, jobPercent(event));
          progress.report({ message: shortProgress(event), increment: percent - shown });
          shown = percent;
        }
      }
    },
  );
}
