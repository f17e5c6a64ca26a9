import type { ChildProcess } from 'node:child_process';
import type { LabClusterState, LabPod } from '../labPod';

/** The processes that execs started. They live on when their client goes, and die with their pod. */
export class Processes {
  private readonly running = new Map<ChildProcess, LabPod>();
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly state: LabClusterState) {}

  get count(): number {
    return this.running.size;
  }

  add(pod: LabPod, child: ChildProcess): void {
    if (child.pid === undefined) return;
    this.running.set(child, pod);
    // a helper may live on in the group of a process that has ended
    child.on('exit', () => isGroupAlive(child) || this.running.delete(child));
    this.timer ??= setInterval(() => this.sweep(), 50).unref();
  }

  /** Ends what was started in pods of this name, or in all. */
  kill(podName?: string): void {
    for (const [child, pod] of this.running) if (podName === undefined || pod.name === podName) killGroup(child);
  }

  close(): void {
    clearInterval(this.timer);
    this.kill();
  }

  /** A pod that is no longer in the state was deleted. */
  private sweep(): void {
    if (this.running.size === 0) {
      clearInterval(this.timer);
      this.timer = undefined;
      return;
    }
    const alive = new Set(this.state.pods.map(({ uid }) => uid));
    for (const [child, pod] of this.running) {
      if (!isGroupAlive(child)) this.running.delete(child);
      else if (!alive.has(pod.uid)) killGroup(child);
    }
  }
}

function isGroupAlive(child: ChildProcess): boolean {
  if (child.exitCode === null && child.signalCode === null) return true;
  try {
    return child.pid !== undefined && process.kill(-child.pid, 0);
  } catch {
    return false;
  }
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    child.kill('SIGKILL');
  }
}
