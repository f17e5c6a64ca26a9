import type * as vscode from 'vscode';
import type { Jobs } from '../../model/jobs';
import { plainFinding } from '../../words/findingWords';
import { editorHints } from '../hints';
import { jobTitle } from '../jobWords';
import type { WarnOnce } from './warnOnce';
import { showWarningMessage } from '../shown';

/** Says, once for a login, that it ends before a backup that runs is expected to. A restore and a copy say it before they are begun. */
export function loginWarnings(jobs: Jobs, once: WarnOnce): vscode.Disposable {
  return jobs.onDidChange(() => {
    for (const job of jobs.running) {
      const { request, lateLogin } = job;
      if (lateLogin === undefined || request.kind !== 'backup') continue;
      const { cluster, ends } = lateLogin.data;
      once(`login-${cluster}-${ends}`, () =>
        showWarningMessage(`${jobTitle(job)}: ${plainFinding(lateLogin, editorHints)}.`),
      );
    }
  });
}
