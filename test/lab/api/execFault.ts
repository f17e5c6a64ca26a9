import type { ExecFault, LabClusterState } from '../labPod';

/** A fault that has happened: tests that expect one hold on to this, so that none passes for want of its fault. */
export interface Struck {
  readonly fault: ExecFault;
  readonly argv: readonly string[];
}

/**
 * The fault of one session. It is used up when it strikes, not when a session starts: a short command that happens to
 * match (`pg_restore --version`) does not take it away from the one it is meant for.
 */
export class SessionFault {
  private isMine = false;

  constructor(
    private readonly state: LabClusterState,
    private readonly struck: Struck[],
    private readonly argv: readonly string[],
    readonly fault: ExecFault | undefined,
  ) {}

  /** True when it may strike here; false when another session has used it up meanwhile. */
  claim(): boolean {
    const { fault } = this;
    if (this.isMine || !fault) return this.isMine;
    const { exec } = this.state.faults;
    const index = exec.indexOf(fault);
    if (index < 0) return false;
    if (!fault.sticky) exec.splice(index, 1);
    this.isMine = true;
    this.struck.push({ fault, argv: this.argv });
    return true;
  }
}

/** Counts the bytes of one direction and says when the fault is due. */
export class FaultCounter {
  private counted = 0;

  constructor(
    private readonly session: SessionFault,
    private readonly direction: 'stdout' | 'stdin',
  ) {}

  private get mine(): ExecFault | undefined {
    const { fault } = this.session;
    return (fault?.on ?? 'stdout') === this.direction ? fault : undefined;
  }

  /** True when the fault happens before the first byte. */
  strikesAtOnce(): boolean {
    const { mine } = this;
    return mine !== undefined && mine.kind !== 'slow' && (mine.afterBytes ?? 0) === 0 && this.session.claim();
  }

  /** How many of these bytes still pass, whether the fault strikes after them, and for how long to rest then: asked again and again, since a fault may be changed. */
  count(bytes: number): { readonly pass: number; readonly strikes: boolean; readonly restMs?: () => number } {
    const { mine } = this;
    const before = this.counted;
    this.counted += bytes;
    const limit = mine?.afterBytes ?? 0;
    if (!mine || this.counted < limit || !this.session.claim()) return { pass: bytes, strikes: false };
    if (mine.kind !== 'slow') return { pass: Math.max(0, limit - before), strikes: true };
    const slowed = Math.min(bytes, this.counted - limit);
    return { pass: bytes, strikes: false, restMs: () => (slowed / (mine.bytesPerSecond ?? 1 << 20)) * 1000 };
  }
}

/** Calls back when the time is over, which may become shorter meanwhile. */
export function afterRest(restMs: () => number, then: () => void): void {
  const began = Date.now();
  const look = (): void => {
    const left = restMs() - (Date.now() - began);
    if (left <= 0) then();
    else setTimeout(look, Math.min(left, 100)).unref();
  };
  look();
}

/** Takes the first fault that matches; it is used up unless it is sticky. */
export function takeFault<Fault extends { readonly sticky?: boolean }>(
  faults: Fault[],
  matches: (fault: Fault) => boolean,
): Fault | undefined {
  const index = faults.findIndex(matches);
  const fault = faults[index];
  if (fault && !fault.sticky) faults.splice(index, 1);
  return fault;
}
