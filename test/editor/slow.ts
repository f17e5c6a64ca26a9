import type { ExecFault } from '../lab/labPod';
import { editor } from './setting';

/** Slows the next command of cluster A that matches down until it is told to hurry: what is looked at meanwhile takes each machine a time of its own. */
export function slow(match: string, bytesPerSecond: number): { hurry(): void } {
  const fault = { kind: 'slow', match, bytesPerSecond } satisfies ExecFault;
  editor.lab.clusters['cluster-a'].state.faults.exec = [fault];
  return { hurry: () => void (fault.bytesPerSecond = Infinity) };
}

export function slowDump(bytesPerSecond: number): { hurry(): void } {
  return slow('pg_dump -F', bytesPerSecond);
}
