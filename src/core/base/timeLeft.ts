/** Before that a pace is chance. */
const steadyMs = 5000;

/** A disk that takes all at first and then as fast as it can slows a dump down for half a minute. */
const shortestMs = 45_000;

/**
 * Tells when something ends, by the pace of the later half of the time that it took so far, and of three quarters of a minute at least: what a server
 * says of its work comes in steps, and no table is like the next.
 */
export class TimeLeft {
  private readonly marks: { readonly at: number; readonly done: number }[] = [];
  private began: number | undefined;

  /** Seconds to the end, where `done` (0..1) is done `now` (milliseconds, never less than before); undefined until the pace is steady, and while nothing goes on. */
  at(now: number, done: number): number | undefined {
    this.began ??= now;
    const last = this.marks.at(-1);
    if (last === undefined || now - last.at >= 1000) this.marks.push({ at: now, done });
    const from = Math.min((now + this.began) / 2, now - shortestMs);
    while ((this.marks[1]?.at ?? Infinity) <= from) this.marks.shift();
    const [first] = this.marks;
    if (first === undefined || now - this.began < steadyMs || done <= first.done) return undefined;
    return ((1 - done) * (now - first.at)) / 1000 / (done - first.done);
  }
}
