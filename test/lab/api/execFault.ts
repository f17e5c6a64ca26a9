import type { ExecFault } from '../labPod';

/** Counts the bytes of one session and says when its fault is due. */
export class FaultCounter {
  private counted = 0;

  constructor(
    readonly fault: ExecFault | undefined,
    private readonly direction: 'stdout' | 'stdin',
  ) {}

  private get mine(): ExecFault | undefined {
    return (this.fault?.on ?? 'stdout') === this.direction ? this.fault : undefined;
  }

  /** True when the fault happens before the first byte. */
  get isDueAtOnce(): boolean {
    const { mine } = this;
    return mine !== undefined && mine.kind !== 'slow' && mine.kind !== 'refuse' && (mine.afterBytes ?? 0) === 0;
  }

  /** How many of these bytes still pass, whether the fault strikes after them, and for how long to rest then. */
  count(bytes: number): { readonly pass: number; readonly strikes: boolean; readonly restMs: number } {
    const { mine } = this;
    const before = this.counted;
    this.counted += bytes;
    if (!mine || mine.kind === 'refuse') return { pass: bytes, strikes: false, restMs: 0 };
    const limit = mine.afterBytes ?? 0;
    if (mine.kind === 'slow') {
      const slowed = Math.max(0, Math.min(bytes, this.counted - limit));
      return { pass: bytes, strikes: false, restMs: (slowed / (mine.bytesPerSecond ?? 1 << 20)) * 1000 };
    }
    if (this.counted < limit) return { pass: bytes, strikes: false, restMs: 0 };
    return { pass: Math.max(0, limit - before), strikes: true, restMs: 0 };
  }
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
