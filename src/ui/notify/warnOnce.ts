import { claimWarning } from '../../core/job/run/announce';
import { windowIsThere } from '../windowIsThere';

/** Warns of a situation, a file name's worth of words, in one window and once for a root. */
export type WarnOnce = (situation: string, warn: () => Thenable<unknown>) => void;

/** `by` names the window. */
export function warnOnce(root: () => string, by: string): WarnOnce {
  const asked = new Set<string>();
  return (situation, warn) => {
    if (asked.has(situation)) return;
    asked.add(situation);
    void windowIsThere()
      .then(async () => {
        if (await claimWarning(root(), encodeURIComponent(situation), by)) await warn();
      })
      // a root that is not to be looked at has no jobs to warn of
      .catch(() => undefined);
  };
}
