import type { JobEvent } from '../core/job/record/jobEvents';
import type { Phase } from '../core/base/progress';

/** How long each step of a job took, in the order in which they came first. Pure. */
export function phaseSeconds(
  events: readonly JobEvent[],
  end: string | undefined,
): { readonly phase: Phase; readonly began: string; readonly seconds: number }[] {
  const steps = new Map<Phase, { began: string; seconds: number }>();
  const turns = events.filter((event) => event.type === 'phase');
  turns.forEach(({ phase, time }, index) => {
    const until = turns[index + 1]?.time ?? end ?? time;
    const seconds = Math.max(0, (Date.parse(until) - Date.parse(time)) / 1000);
    const before = steps.get(phase);
    steps.set(phase, { began: before?.began ?? time, seconds: (before?.seconds ?? 0) + seconds });
  });
  return Array.from(steps, ([phase, step]) => ({ phase, ...step }));
}
