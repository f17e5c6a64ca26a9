import type { Finding } from '../core/finding';
import type { JobEvent } from '../core/job/jobEvents';
import type { Phase, Progress } from '../core/progress';
import { duration, localTime, safe, size } from './format';
import type { Terminal } from './terminal';
import { findingWords, noteWords } from './findingWords';

/** Shows a job's events: on a terminal one line that changes, else one line for each phase. */
export class ProgressLine {
  private phase: Phase | undefined;
  private drawn = false;
  private readonly found = new Set<string>();

  constructor(private readonly terminal: Terminal) {}

  show(event: JobEvent): void {
    switch (event.type) {
      case 'started':
        this.say(`job ${event.job}`);
        break;
      case 'phase':
        this.enter(event.phase, event.time);
        break;
      case 'progress':
        this.draw(progressText(event));
        break;
      case 'expected':
        this.say(expectedText(event));
        break;
      case 'finding':
        this.found.add(JSON.stringify(event.finding));
        this.say(safe(findingWords(event.finding)));
        break;
      case 'note':
        this.say(safe(noteWords(event.code, event.data)));
        break;
      case 'result':
        this.clear();
    }
  }

  /** Removes the changing line before something else is printed. */
  clear(): void {
    if (this.drawn) this.terminal.live('');
    this.drawn = false;
  }

  /** True for a finding that was shown while the job ran. */
  hasShown(finding: Finding): boolean {
    return !this.terminal.quiet && this.found.has(JSON.stringify(finding));
  }

  private enter(phase: Phase, time: string): void {
    if (phase === this.phase) return;
    this.phase = phase;
    if (this.terminal.isInteractive) this.draw(`${phaseWords[phase]} …`);
    else this.say(`${localTime(time)} ${phaseWords[phase]}`);
  }

  private draw(text: string): void {
    if (!this.terminal.isInteractive) return;
    this.drawn = true;
    this.terminal.live(text);
  }

  private say(text: string): void {
    this.clear();
    this.terminal.info(text);
  }
}

/** The line of a moment: phase, percent, size, rate, end time, table. */
export function progressText(progress: Extract<Progress, { type: 'progress' }>, now = Date.now()): string {
  const { percent, rate, secondsLeft, table } = progress;
  const parts = [
    phaseWords[progress.phase],
    percent === undefined ? undefined : `${Math.floor(percent)} %`,
    progress.bytes > 0 ? size(progress.bytes) : undefined,
    rate === undefined ? undefined : `${size(rate)}/s`,
    secondsLeft === undefined
      ? undefined
      : `${duration(secondsLeft)} left, until ${localTime(new Date(now + secondsLeft * 1000).toISOString()).slice(11)}`,
    table === undefined ? undefined : safe(table),
  ];
  return parts.filter((part) => part !== undefined).join(' · ');
}

/** What people read for each phase. */
export const phaseWords: Readonly<Record<Phase, string>> = {
  preflight: 'looking at both sides',
  dump: 'dumping',
  read: 'reading the archive',
  seal: 'sealing the backup',
  restore: 'restoring into a side database',
  indexes: 'building indexes and constraints',
  analyze: 'gathering statistics',
  verify: 'verifying',
  properties: "carrying over the database's properties",
  swap: 'exchanging the databases',
  undo: 'putting the old database back',
  release: 'dropping the kept database',
  clean: 'cleaning up',
  stopping: 'stopping',
};

function expectedText({ bytes, seconds, basis }: Extract<Progress, { type: 'expected' }>): string {
  const parts = [bytes === undefined ? undefined : size(bytes), seconds === undefined ? undefined : duration(seconds)];
  return `expected: ${parts.filter((part) => part !== undefined).join(' in ')} (by ${basis === 'size' ? 'its size' : 'the last run'})`;
}
