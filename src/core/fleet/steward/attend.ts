import { setTimeout as sleep } from 'node:timers/promises';
import { toAppError, type AppError } from '../../base/errors';
import type { Leadership } from './leadership';
import type { TickReport } from './tick';

/** How a steward stands. */
export interface Attendance {
  readonly isLeader: boolean;
  readonly ticks: { readonly done: number; readonly failed: number };
  readonly last: TickReport | undefined;
  /** by the clock of the cluster */
  readonly lastWhole: Date | undefined;
  /** ms since the API server said who acts; since the begin, where it never did */
  readonly silentFor: number;
  /** ms for which what is done now has been done; 0 where nothing is */
  readonly busyFor: number;
}

/**
 * Acts again and again while it holds the Lease, and waits for it while another one does, until the signal aborts. Nothing that goes wrong ends it: it is told, and tried again. The Lease is renewed beside what is done.
 */
export function attend(
  {
    leadership,
    everyMs,
    seekMs = 5000,
    signal,
  }: {
    readonly leadership: Leadership;
    readonly everyMs: number;
    readonly seekMs?: number;
    readonly signal: AbortSignal;
  },
  act: () => Promise<TickReport>,
  tell: (told: { readonly report?: TickReport; readonly error?: AppError }) => void,
): { readonly attendance: () => Attendance; readonly ended: Promise<void> } {
  const ticks = { done: 0, failed: 0 };
  let last: TickReport | undefined;
  let lastWhole: Date | undefined;
  let heard = performance.now();
  let busySince: number | undefined;
  const isOver = (): boolean => signal.aborted;
  const seek = async (): Promise<void> => {
    while (!isOver()) {
      try {
        await leadership.seek(signal);
        heard = performance.now();
      } catch (error) {
        if (!isOver()) tell({ error: toAppError(error) });
      }
      await pause(seekMs, signal);
    }
  };
  const tend = async (): Promise<void> => {
    while (!isOver()) {
      if (!leadership.holds) {
        await pause(Math.min(200, everyMs), signal);
        continue;
      }
      busySince = performance.now();
      try {
        last = await act();
        if (last.sawAll) lastWhole = last.now;
        const isWhole = last.problems.length === 0 && last.overdue.length === 0;
        ticks[isWhole ? 'done' : 'failed'] += 1;
        tell({ report: last });
      } catch (error) {
        ticks.failed += 1;
        tell({ error: toAppError(error) });
      }
      busySince = undefined;
      await pause(everyMs, signal);
    }
  };
  const run = async (): Promise<void> => {
    await Promise.all([seek(), tend()]);
    await leadership.release();
  };
  return {
    attendance: () => ({
      ...{ isLeader: leadership.holds, ticks: { ...ticks }, last, lastWhole, silentFor: performance.now() - heard },
      busyFor: busySince === undefined ? 0 : performance.now() - busySince,
    }),
    ended: run(),
  };
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => undefined);
}
