import type { Report } from '../../base/progress';

/**
 * Keeps a Dev Spaces workspace from idling out while a job runs: a job is a process without a terminal, which nothing
 * there counts as activity. Ticks once a minute, says so once as note `keepAwake`. Harmless elsewhere: without
 * MACHINE_EXEC_PORT nothing happens. `DB_FERRY_KEEP_AWAKE=0` turns it off. Returns the function that stops it.
 */
export function keepAwake(report: Report, env: NodeJS.ProcessEnv = process.env, everyMs = 60_000): () => void {
  const port = Number(env['MACHINE_EXEC_PORT']);
  if (!Number.isInteger(port) || port <= 0 || port > 65535 || env['DB_FERRY_KEEP_AWAKE'] === '0') {
    return () => undefined;
  }
  let said = false;
  const tick = async (): Promise<void> => {
    try {
      const answer = await fetch(`http://127.0.0.1:${port}/activity/tick`, {
        method: 'POST',
        signal: AbortSignal.timeout(5000),
      });
      if (!answer.ok || said) return;
      said = true;
      report({ type: 'note', code: 'keepAwake', data: {} });
    } catch {
      // not a Dev Spaces workspace after all, or its helper restarts: the next tick tries again
    }
  };
  void tick();
  const timer = setInterval(() => void tick(), everyMs);
  timer.unref();
  return () => clearInterval(timer);
}
